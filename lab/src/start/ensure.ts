/** `--lab NAME`: the running lab of that name, started when it is not up. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Lock, takeLock } from 'catalyst/sovereign/state/lock.js';
import { labDir, stateRoot } from 'catalyst/sovereign/state/state-dir.js';
import { systemClock } from 'catalyst/support/clock.js';
import { command } from 'catalyst/support/commands/command.js';
import { fail, isCatalystError } from 'catalyst/support/errors/errors.js';
import {
  type ClusterQuestion,
  fixClusters,
  type GivenClusters,
  readFixed,
  requireFixed,
} from '../existing/given-clusters.js';
import { rateLimitOf, rateLimitVariable } from '../hetzner/rate-limit.js';
import { chosenSovereign, fqdnVariable, locationVariable } from './chosen-sovereign.js';
import { newestKept } from './keep-records.js';
import { type LabInfo, readLabInfo } from './lab-info.js';
import { labRoot } from './lab-root.js';
import { logFile, notStarted, startLine } from './not-started.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface EnsureOptions {
  name: string;
  env: Env;
  signal: AbortSignal;
  /** `emulated` when left out. */
  engine?: string;
  /** What a lab of the engine `kubeconfig` is made of. */
  clusters?: GivenClusters;
  /** Has the two clusters confirmed; rejects when they are not. */
  confirm?: (question: ClusterQuestion) => Promise<void>;
  /** False for a command that only reads: it starts no lab. */
  start?: boolean;
  /** News for the person. */
  note?: (text: string) => void;
}

/** It takes two seconds, real servers some more; a busy machine may take a hundred times as long. A process that ends is noticed at once. */
const readyMs = 180_000;

const engineNames = ['emulated', 'kubernetes', 'kubeconfig'];

/** How often a lab that lives but does not answer is asked: on a busy machine it may be held up for seconds. */
const askTimes = 6;

/**
 * Its lab.json when its process answers. One that is late is asked again while its process runs: to take it for gone would start
 * a second one over it. Throws E7003 for a name that cannot be one.
 */
export async function findLab(env: Env, name: string): Promise<LabInfo | undefined> {
  const directory = directoryOf(env, name);
  const info = readLabInfo(directory);
  if (!info) return undefined;
  for (let asked = 0; asked < askTimes; asked++) {
    const answer = await callLab(info, 'GET', '/status').catch(() => undefined);
    if (answer?.status === 200) return info;
    if (answer || startingProcess(directory) !== info.pid) return undefined;
  }
  return undefined;
}

/** Throws E7003 for a name, engine or rate limit that cannot be, E7001 when it does not get ready, E7005 and E7006 for clusters that do not fit. */
export async function ensureLab(options: EnsureOptions): Promise<LabInfo> {
  const { name, env, signal, engine, clusters = {}, note } = options;
  if (engine !== undefined && !engineNames.includes(engine)) {
    throw fail('E7003', `The lab has no engine "${engine}": it has ${engineNames.join(', ')}.`, {
      actions: ['leave --engine out'],
    });
  }
  const fitting = async (running: LabInfo): Promise<LabInfo> => {
    if (engine === undefined || engine === running.engine) {
      await requireFixed(directoryOf(env, name), clusters, signal);
      return running;
    }
    throw fail('E7003', `The lab ${name} is up on the engine ${running.engine}, not ${engine}.`, {
      actions: [command('lab down', name), `or use another lab: --lab ${name}2`],
    });
  };
  const running = await findLab(env, name);
  if (running) return fitting(running);
  if (options.start === false)
    throw fail(
      'E7007',
      `The lab ${name} is not up, and this command only reads: ${command('lab up', name)} starts it.`,
      {
        actions: [command('lab up', name), ...(await othersUp(env, name)), ...keptActions(env, name)],
        data: { lab: name },
      },
    );
  if (engine === 'kubernetes' || engine === 'kubeconfig') {
    const { findEngines } = await import('../engines/build/cache.js');
    findEngines(env);
  }
  // here, since what the lab's own process refuses is read in its log alone
  rateLimitOf(env);
  chosenSovereign(env);
  const directory = directoryOf(env, name);
  if (engine === 'kubeconfig') await fixClusters(directory, options);
  else if (readFixed(directory))
    throw fail(
      'E7003',
      `The lab ${name} was made on existing clusters and is not up; it may have left objects there.`,
      {
        actions: [command('lab down', name), `or use another lab: --lab ${name}2`],
      },
    );
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const turn = takeTurn(directory);
  try {
    // somebody else may have had a turn since the first look
    const meanwhile = turn && (await findLab(env, name));
    if (meanwhile) return fitting(meanwhile);
    if (turn) {
      note?.(`starting the lab ${name}`);
      rmSync(join(directory, 'lab.json'), { force: true });
    }
    const child = turn ? startProcess(name, directory, env, engine ?? 'emulated') : undefined;
    await ready(directory, signal, child);
  } finally {
    turn?.release();
  }
  const info = await findLab(env, name);
  if (!info) throw notStarted(directory, 'it does not answer');
  return info;
}

/** Where the records of a lab of that name are that was taken down. */
function keptActions(env: Env, name: string): string[] {
  const kept = newestKept(stateRoot(env), name);
  return kept === undefined ? [] : [`look at what an earlier lab ${name} has left: ${kept}`];
}

/** The labs that are up, for a name that was mistyped. */
async function othersUp(env: Env, name: string): Promise<string[]> {
  const folder = dirname(labDir(env, name));
  const names = existsSync(folder) ? readdirSync(folder).filter((other) => readLabInfo(join(folder, other))) : [];
  return names.length === 0 ? [] : [`or one that exists: --lab ${names.join(', --lab ')}`];
}

/** One call to the control API of a running lab. */
export async function callLab(info: LabInfo, method: string, path: string, body?: object) {
  const answer = await fetch(`${info.control.endpoint}${path}`, {
    method,
    headers: { authorization: `Bearer ${info.control.token}` },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(5000),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> };
}

export function directoryOf(env: Env, name: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) return labDir(env, name);
  throw fail('E7003', `"${name}" is not a valid name of a lab: lower-case letters, digits and dashes, at most 40.`, {
    actions: [command('lab up', 'default')],
  });
}

/** Two calls at once start one lab: who has the lock starts it, the other (undefined) waits. */
function takeTurn(directory: string): Lock | undefined {
  try {
    return takeLock(directory, {
      ...{ command: 'lab up', run: randomBytes(6).toString('hex'), by: 'lab', file: 'turn' },
      now: systemClock.now(),
    });
  } catch (error) {
    if (isCatalystError(error, 'E1202') || isCatalystError(error, 'E1203')) return undefined;
    throw error;
  }
}

const pidFile = (directory: string) => join(directory, 'lab.pid');

/** Process of a lab that is still on its way up; undefined when there is none, or where /proc does not tell. */
export function startingProcess(directory: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile(directory), 'utf8'));
    // a number alone may be somebody else's by now
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(directory) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** What a lab's own process takes over from whoever starts it. */
const passedOn = [
  'PATH',
  'HOME',
  'XDG_CACHE_HOME',
  'TMPDIR',
  'CATALYST_ENGINES_GOGC',
  rateLimitVariable,
  fqdnVariable,
  locationVariable,
];

function startProcess(name: string, directory: string, env: Env, engine: string) {
  const log = openSync(logFile(directory), 'a', 0o600);
  writeSync(log, startLine(systemClock.now()));
  const main = join(labRoot, 'dist/run/main.js');
  const child = spawn(process.execPath, ['--max-semi-space-size=8', main, name, directory, engine], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: directory,
    // nothing of the person's shell may reach it, above all no credential
    env: Object.fromEntries(passedOn.map((key) => [key, env[key]])),
  });
  closeSync(log);
  child.unref();
  if (child.pid !== undefined) writeFileSync(pidFile(directory), String(child.pid), { mode: 0o600 });
  return child;
}

/** Resolves when lab.json is there; rejects when the process ends before, at the deadline, or when interrupted. */
function ready(
  directory: string,
  signal: AbortSignal,
  child: ReturnType<typeof startProcess> | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const seen = () => {
      if (!existsSync(join(directory, 'lab.json'))) return;
      end();
      resolve();
    };
    const stop = (error: unknown) => {
      end();
      reject(error);
    };
    const watcher = watch(directory, seen);
    const deadline = setTimeout(() => stop(notStarted(directory, `no answer within ${readyMs / 1000}s`)), readyMs);
    const onAbort = () => stop(signal.reason);
    const onExit = (code: number | null) => stop(notStarted(directory, `it ended with ${code}`));
    const end = () => {
      watcher.close();
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      child?.off('exit', onExit);
    };
    signal.addEventListener('abort', onAbort);
    child?.on('exit', onExit).on('error', stop);
    seen();
  });
}
