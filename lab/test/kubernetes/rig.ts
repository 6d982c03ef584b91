/** One API server with the real kubectl and helm against it; requests are kept. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createBinaries } from '../../../src/tools/exec/binaries.js';
import { createExec } from '../../../src/tools/exec/exec.js';
import { issueCertificate } from '../../src/certificates.js';
import { createLabKube } from '../../src/kubernetes/client/client.js';
import { createKubernetesApi } from '../../src/kubernetes/requests/api.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog, type LoggedLine } from '../../src/requests/request-log.js';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export async function startRig() {
  const directory = mkdtempSync(join(tmpdir(), 'lab-kubernetes-'));
  const log = createRequestLog();
  const requests: LoggedLine[] = [];
  log.listen((line) => requests.push(line));
  const faults = createFaults();
  const ca = await issueCertificate({
    commonName: 'lab root',
    isAuthority: true,
  });
  const api = await createKubernetesApi({ name: 'test', log, faults, ca });
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, api.kubeconfig(), { mode: 0o600 });
  const kube = createLabKube(api.kubeconfig(), 'rig');
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env: {}, cacheDir: join(tmpdir(), 'catalyst-test-binaries') });

  async function run(tool: 'kubectl' | 'helm', args: string[], input?: string): Promise<Ran> {
    const env = { KUBECONFIG: kubeconfig, HOME: directory, HELM_CACHE_HOME: directory, HELM_CONFIG_HOME: directory };
    const file = await binaries.path(tool);
    const okCodes = Array.from({ length: 256 }, (_, code) => code);
    const result = await exec({
      file,
      args,
      env,
      ...(input === undefined ? {} : { stdin: input }),
      timeoutMs: 60_000,
      okCodes,
    });
    return { code: result.exitCode, out: result.stdout, err: result.stderr };
  }

  return {
    api,
    kube,
    faults,
    log,
    requests,
    ca,
    directory,
    path: (tool: 'kubectl' | 'helm') => binaries.path(tool),
    kubectl: (args: string, input?: string) => run('kubectl', args.split(' '), input),
    helm: (args: string) => run('helm', args.split(' ')),
    async close() {
      kube.close();
      await api.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export type Rig = Awaited<ReturnType<typeof startRig>>;
