/** Real helm, real archives and a registry on loopback: what a Blueprint's charts are linted, pulled and packed with. */
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { type Registry, startRegistry } from '../../../lab/src/servers/registry/server.js';
import { type ArchiveFile, packChart } from '../../../src/blueprints/charts/archive.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { toYaml } from '../../../src/support/yaml/write-yaml.js';
import { createBinaries } from '../../../src/tools/exec/binaries.js';
import { createExec, type Exec } from '../../../src/tools/exec/exec.js';

export const exec: Exec = createExec(createRedactor());
const binaries = createBinaries({ exec, env: process.env, cacheDir: join(homedir(), '.cache', 'catalyst') });
export const helm = () => binaries.path('helm');

/** A directory that is gone at the end of `work`. */
export async function inScratch<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'catalyst-charts-'));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A small chart with defaults, a Deployment that mounts a Secret, and on request a schema. */
export function demoChart(name: string, version: string, more: readonly ArchiveFile[] = []): Promise<Buffer> {
  const container = { name: 'main', image: 'demo:1.0', envFrom: [{ secretRef: { name: '{{ .Values.secret }}' } }] };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'valkey' },
    spec: { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } } },
  };
  return packChart(name, [
    { path: 'Chart.yaml', text: toYaml({ apiVersion: 'v2', name, version }) },
    { path: 'values.yaml', text: toYaml({ secret: 'valkey-users', replicas: 1, nested: { known: true } }) },
    { path: 'templates/deployment.yaml', text: toYaml(deployment) },
    ...more,
  ]);
}

/** A registry that holds these charts below /charts. */
export function registryWith(charts: readonly { name: string; version: string; tgz: Buffer }[]): Promise<Registry> {
  return startRegistry({ log: createRequestLog(), faults: createFaults(), folder: 'charts', charts });
}
