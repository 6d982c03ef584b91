/** A control plane of its own for a program that works with one: no node, nothing in it but what the test puts there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { toYaml } from '../../../src/support/yaml/write-yaml.js';
import { realServer } from '../conformance/servers.js';
import { apply, kubectl, kubectlText } from '../rig.js';

export interface Cluster {
  /** Gone with the cluster. */
  folder: string;
  /** File with the administrator's kubeconfig. */
  kubeconfig: string;
  apply(objects: readonly object[]): Promise<void>;
  get<T extends object = KubeObject>(...what: string[]): Promise<T>;
  /** Path of a kubeconfig with a token of that ServiceAccount, and with no more rights than it has. */
  as(namespace: string, serviceAccount: string): Promise<string>;
  close(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const server = await realServer();
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-cluster-'));
  const write = (file: string, text: string) => {
    writeFileSync(join(folder, file), text, { mode: 0o600 });
    return join(folder, file);
  };
  const kubeconfig = write('admin.kubeconfig', server.kubeconfig);
  return {
    folder,
    kubeconfig,
    apply: (items) =>
      apply(kubeconfig, { apiVersion: 'v1', kind: 'List', items }, ['--server-side', '--force-conflicts']),
    get: (...what) => kubectl(kubeconfig, ['get', ...what]),
    async as(namespace, serviceAccount) {
      const token = await kubectlText(kubeconfig, ['create', 'token', serviceAccount, '-n', namespace]);
      const [config] = parseYamlStream(server.kubeconfig) as [{ users: object[]; contexts: { context: object }[] }];
      const users = config.users.map((user) => ({ ...user, user: { token: token.trim() } }));
      const contexts = config.contexts.map((one) => ({ ...one, context: { ...one.context, namespace } }));
      return write(`${serviceAccount}.kubeconfig`, toYaml({ ...config, users, contexts }));
    },
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
