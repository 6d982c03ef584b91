/** A cluster of the lab on its own API server, with waits that end on the next change instead of sleeping. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject, KubeRef } from '../../../src/kubernetes/client/kube.js';
import { type CertificateAndKey, issueCertificate } from '../../src/certificates.js';
import {
  type Controllers,
  type StartOptions,
  startControllers,
  startMotherControllers,
} from '../../src/controllers/start.js';
import type { LabWorld } from '../../src/controllers/world.js';
import { createLabKube, type LabKube } from '../../src/kubernetes/client/client.js';
import { createKubernetesApi } from '../../src/kubernetes/requests/api.js';
import { createFaults, type Faults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';

export interface Cluster extends Controllers {
  kube: LabKube;
  faults: Faults;
  authority: CertificateAndKey;
  /** Errors that rules reported. */
  errors: string[];
  /** The object once `look` is content with it. */
  until(ref: KubeRef, look: (object: KubeObject | undefined) => boolean): Promise<KubeObject>;
  close(): Promise<void>;
}

export async function cluster(world: Partial<LabWorld> = {}, more: Partial<StartOptions> = {}): Promise<Cluster> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'lab-controllers-'));
  const authority = await issueCertificate({
    commonName: 'Lab Root',
    isAuthority: true,
    notBefore: new Date(0),
    notAfter: new Date('2050-01-01'),
  });
  const faults = createFaults();
  const log = createRequestLog();
  const api = await createKubernetesApi({ name: 'sovereign', log, faults, ca: authority });
  const kube = createLabKube(api.kubeconfig(), 'lab-controllers');
  const errors: string[] = [];
  const abort = new AbortController();
  const full: LabWorld = {
    role: 'sovereign',
    fqdn: 'omantel.test',
    authority,
    cacheDir,
    blueprints: [],
    nodes: () => [{ name: 'cp1', address: '10.0.1.2', publicAddress: '203.0.113.10', role: 'control-plane' }],
    ...world,
  };
  const begin = full.role === 'mother' ? startMotherControllers : startControllers;
  const running = await begin({
    kube,
    world: full,
    faults,
    log,
    register: api.registerBackend,
    signal: abort.signal,
    onError: (rule, key, message) => errors.push(`${rule} ${key}: ${message}`),
    ...more,
  });
  return {
    ...running,
    kube,
    faults,
    authority,
    errors,
    async until(ref, look) {
      const done = new AbortController();
      const deadline = AbortSignal.timeout(20_000);
      let found: KubeObject | undefined;
      const check = (object: KubeObject | undefined) => {
        if (!look(object)) return;
        found = object ?? { ...ref, metadata: { name: ref.name } };
        done.abort();
      };
      check(await kube.get(ref));
      const on = ({ type, object }: { type: string; object: KubeObject }) => {
        if (object.metadata.name === ref.name && object.metadata.namespace === ref.namespace)
          check(type === 'DELETED' ? undefined : object);
      };
      if (!found) await kube.watch(ref, on, AbortSignal.any([done.signal, deadline]));
      if (!found)
        throw new Error(
          `${ref.kind} ${ref.namespace}/${ref.name} stayed: ${JSON.stringify((await kube.get(ref))?.status)} ${errors.join('; ')}`,
        );
      return found;
    },
    async close() {
      abort.abort();
      await running.stop();
      kube.close();
      await api.close();
      await rm(cacheDir, { recursive: true, force: true });
    },
  };
}

export const node = (taints: object[] = []): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'cp1' },
  spec: { taints },
});

export const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** A workload whose pods carry the label app=<name>. */
export function workload(
  kind: string,
  ns: string,
  name: string,
  pod: Record<string, unknown> = {},
  spec: Record<string, unknown> = {},
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: ns },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas: 1 }),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: `registry.test/${name}:1` }], ...pod },
      },
      ...spec,
    },
  };
}

export const deploymentReady = (object: KubeObject | undefined): boolean =>
  object?.status?.observedGeneration === object?.metadata.generation &&
  (object?.status?.readyReplicas ?? 0) >= 1 &&
  object?.status?.updatedReplicas >= 1;

/** The network plugin: nodes turn Ready with it. */
export const cilium = workload('DaemonSet', 'kube-system', 'cilium', {
  tolerations: [{ operator: 'Exists' }],
  hostNetwork: true,
});
