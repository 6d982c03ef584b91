/**
 * Velero with its plugin, beside a cluster and Object Storage of its own: the arguments and environment of its chart, as its ServiceAccount.
 * No node agent: it reads volumes where a kubelet mounts them.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findEngines } from '../../../lab/src/engines/build/cache.js';
import { upstreamCrds } from '../../../lab/src/engines/build/upstream-crds.js';
import { freePorts } from '../../../lab/src/engines/free-ports.js';
import { startRealObjectStorage } from '../../../lab/src/engines/programs/real-object-storage.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { systemClock } from '../../../src/support/clock.js';
import { startProgram } from '../../../src/tools/exec/exec.js';
import { createObjectStore, type ObjectStore, type ObjectStoreWriter } from '../../../src/tools/s3/s3.js';
import type { Cluster } from '../../engines/blueprints/cluster.js';
import { until } from '../../until.js';
import { account, release, serverArguments, type VeleroValues } from './velero-objects.js';

export interface Storage {
  store: ObjectStore & ObjectStoreWriter;
  /** Pair of the account whose bucket it is. */
  keys: { accessKey: string; secretKey: string };
  close(): Promise<void>;
}

export async function startStorage(directory: string, region: string): Promise<Storage> {
  const keys = { accessKey: 'AKours', secretKey: 'secret-of-ours' };
  const server = await startRealObjectStorage({
    ...{ directory, engines: findEngines(process.env), region, accounts: [{ name: 'ours', ...keys }] },
    ...{ log: createRequestLog(), faults: createFaults(), clock: systemClock, say: () => undefined },
  });
  return {
    store: createObjectStore({ endpoint: server.endpoint, region, ...keys }),
    keys,
    close: () => server.close(),
  };
}

/** The kinds that the chart brings. */
export async function applyKinds(cluster: Cluster): Promise<void> {
  const crds = upstreamCrds(findEngines(process.env), (engine) => engine === 'crds-velero');
  await cluster.apply(crds.names().map((name) => crds.object(name)!));
}

export interface Velero {
  log(): string;
  stop(): Promise<void>;
}

/** Resolves once it answers where its probes ask. `programs` are those that `npm run engines` built. */
export async function startVelero(options: {
  programs: { velero: string; plugin: string };
  cluster: Cluster;
  values: VeleroValues;
  /** Text of the credentials that the chart mounts. */
  cloud: string;
}): Promise<Velero> {
  const { programs, cluster, values, cloud } = options;
  const folder = join(cluster.folder, 'velero');
  for (const each of ['plugins', 'credentials', 'scratch', 'tmp']) mkdirSync(join(folder, each), { recursive: true });
  // as the plugin's init container does
  cpSync(programs.plugin, join(folder, 'plugins', 'velero-plugin-for-aws'));
  writeFileSync(join(folder, 'credentials/cloud'), cloud, { mode: 0o600 });
  const [metrics = 0, profiler = 0] = await freePorts(2);
  const here = [
    ...[`--kubeconfig=${await cluster.as(release, account)}`, `--plugin-dir=${join(folder, 'plugins')}`],
    ...[`--metrics-address=127.0.0.1:${metrics}`, `--profiler-address=127.0.0.1:${profiler}`],
  ];
  const ofChart = {
    ...{ VELERO_NAMESPACE: release, VELERO_SCRATCH_DIR: join(folder, 'scratch') },
    ...{ LD_LIBRARY_PATH: join(folder, 'plugins'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials/cloud') },
  };
  const logFile = join(folder, 'log');
  const log = () => readFileSync(logFile, 'utf8');
  const running = startProgram({
    file: programs.velero,
    args: [...serverArguments(values), ...here],
    env: { ...ofChart, HOME: folder, TMPDIR: join(folder, 'tmp'), PATH: '/usr/bin:/bin' },
    cwd: folder,
    logFile,
  });
  let ended: string | undefined;
  const gone = running.ended.then((how) => {
    ended = how;
  });
  await until(async () => ended !== undefined || (await fetch(`http://127.0.0.1:${metrics}/metrics`)).ok);
  if (ended) throw new Error(`velero: ${ended}\n${log()}`);
  return {
    log,
    async stop() {
      running.kill('SIGKILL');
      await gone;
    },
  };
}
