/** The process of a lab: `main.js NAME DIRECTORY [ENGINE]`. Ready once lab.json is there; ends on a signal, on request, or when idle. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { enableCompileCache } from 'catalyst/sovereign/state/compile-cache.js';
import { systemClock } from 'catalyst/support/clock.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import type { ClusterEngine } from '../clusters/cluster-api.js';
import { sessionGivesWay } from '../engines/session-gives-way.js';
import { rateLimitOf } from '../hetzner/rate-limit.js';
import { startControl } from '../requests/control.js';
import { chosenSovereign } from './chosen-sovereign.js';
import { reportEventLoopLag } from './event-loop-lag.js';
import { writeLabInfo } from './lab-info.js';

const idleMs = 2 * 3_600_000;

/** Undefined: the lab's own. */
async function engineOf(
  name: string,
  options: { directory: string; env: NodeJS.ProcessEnv; say: (text: string) => void },
): Promise<ClusterEngine | undefined> {
  if (name === 'kubernetes') {
    sessionGivesWay();
    return (await import('../engines/real-engine.js')).realEngine(options);
  }
  if (name !== 'kubeconfig') return undefined;
  const [{ existingEngine }, { readFixed, requireFixed }] = await Promise.all([
    import('../existing/existing-engine.js'),
    import('../existing/given-clusters.js'),
  ]);
  await requireFixed(options.directory, {}, AbortSignal.timeout(30_000));
  return existingEngine({ ...options, clusters: readFixed(options.directory)! });
}

async function run(name: string, directory: string, engineName: string): Promise<void> {
  const say = (message: string) => process.stdout.write(`${new Date().toISOString()} ${message}\n`);
  // a lab is started often and is made of many modules; those below come from the cache the second time
  enableCompileCache(process.env);
  const { startLab } = await import('../lab.js');
  const engine = await engineOf(engineName, { directory, env: process.env, say });
  const hetznerRateLimit = rateLimitOf(process.env);
  const lab = await startLab({
    name,
    directory,
    ...chosenSovereign(process.env),
    hetznerRateLimit,
    onError: say,
    ...(engine ? { engine } : {}),
  });
  let lastCall = Date.now();
  lab.log.listen((line) => {
    // the emulated Flux reads its Git for ever; that is no sign that somebody uses the lab
    if (line.server !== 'git') lastCall = Date.now();
  });

  let ending = false;
  const end = async (why: string) => {
    if (ending) return;
    ending = true;
    say(`ends: ${why}`);
    rmSync(join(directory, 'lab.json'), { force: true });
    // whoever keeps a connection open must not keep the process
    setTimeout(() => process.exit(0), 3000).unref();
    await lab.close();
    process.exit(0);
  };
  const token = randomBytes(24).toString('hex');
  const startedAt = new Date().toISOString();
  const control = await startControl({
    token,
    faults: lab.faults,
    keys: lab.externalServices.s3KeyRing,
    log: lab.log,
    stop: () => void end('asked to'),
    status: () => ({
      nodes: lab.cluster.nodes().map((node) => node.name),
      clusterUp: lab.cluster.current() !== undefined,
      memoryMb: Math.round(process.memoryUsage().rss / 1e6),
      startedAt,
    }),
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end(signal));
  setInterval(() => {
    if (Date.now() - lastCall > idleMs) void end('no requests for two hours');
  }, 60_000).unref();

  const { id, spec, endpoints, kubeconfigs, credentials, requestLog, ca } = lab;
  writeLabInfo(directory, {
    name,
    id,
    spec,
    endpoints,
    kubeconfigs,
    credentials,
    requestLog,
    ca,
    engine: engineName,
    startedAt,
    pid: process.pid,
    control: { endpoint: control.endpoint, token },
  });
  reportEventLoopLag(say);
  say('ready');
  await systemClock.sleep(2 ** 31 - 1).catch(() => undefined);
}

const [name, directory, engine = 'emulated'] = process.argv.slice(2);
if (!name || !directory) throw new Error('usage: main.js NAME DIRECTORY [ENGINE]');
// a rule that fails late must not take the lab down with it
process.on('unhandledRejection', (reason) => process.stdout.write(`unhandled: ${messageOf(reason)}\n`));
// not awaited: the bundle is CommonJS (docs/decisions/0006)
run(name, directory, engine).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : messageOf(error)}\n`);
  process.exit(1);
});
