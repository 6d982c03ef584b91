/** The two servers that are compared: the lab's own, and the real one. Neither has anything in it but what a cluster begins with. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCertificate } from '../../../lab/src/certificates.js';
import { findEngines } from '../../../lab/src/engines/build/cache.js';
import { startControlPlane } from '../../../lab/src/engines/control-plane.js';
import { createKubernetesApi } from '../../../lab/src/kubernetes/requests/api.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { systemClock } from '../../../src/support/clock.js';

export interface Server {
  kubeconfig: string;
  close(): Promise<void>;
}

export async function playedServer(): Promise<Server> {
  const ca = await issueCertificate({
    commonName: 'lab root',
    isAuthority: true,
  });
  const api = await createKubernetesApi({ name: 'emulated', log: createRequestLog(), faults: createFaults(), ca });
  return { kubeconfig: api.kubeconfig(), close: () => api.close() };
}

export async function realServer(): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), 'catalyst-real-'));
  const plane = await startControlPlane({
    name: 'real',
    directory,
    engines: findEngines(process.env),
    clock: systemClock,
    signal: AbortSignal.timeout(120_000),
    dnsNames: [],
    ipAddresses: [],
    say: () => undefined,
  });
  return {
    kubeconfig: plane.kubeconfig(),
    async close() {
      await plane.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
