/** `catalyst lab down`: stops the lab and removes all it wrote but evidence, journals and logs: its state, and what it made on clusters that exist. */
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Context } from 'catalyst/actions/session/context.js';
import { liveRuns } from 'catalyst/sovereign/state/live-runs.js';
import { stateRoot } from 'catalyst/sovereign/state/state-dir.js';
import { command } from 'catalyst/support/commands/command.js';
import { fail } from 'catalyst/support/errors/errors.js';
import { waitUntil } from 'catalyst/support/wait.js';
import { clearGiven } from '../existing/given-clusters.js';
import { callLab, directoryOf, findLab, startingProcess } from './ensure.js';
import { type KeptRecords, keepRecords, keptRoot } from './keep-records.js';

export interface LabDownResult {
  name: string;
  /** False when there was none. */
  stopped: boolean;
  /** The directory that is gone. */
  removed?: string;
  /** Objects taken away from clusters that exist. */
  taken?: number;
  /** Where evidence, journals and logs of its runs are now. */
  kept?: KeptRecords[];
}

export interface DownOptions {
  keep?: boolean;
  deleteEvidence?: boolean;
  /** --state-dir: what ran in the lab under it goes too. */
  stateDir?: string;
}

/** Throws E1202 while a run uses the lab; E7003 for a name that cannot be one; E3101, E7001 when clusters that exist keep its things. A lab that is not up is no error. */
export async function labDown(
  context: Pick<Context, 'env' | 'signal' | 'clock' | 'would'>,
  name: string,
  options: DownOptions = {},
): Promise<LabDownResult> {
  const { env, signal, clock } = context;
  const directory = directoryOf(env, name);
  const info = await findLab(env, name);
  const pid = info?.pid ?? startingProcess(directory);
  const states = statesOf(env, name, directory, options);
  requireIdle(name, states, clock.now());
  const files = options.keep ? '' : ` and remove ${directory}`;
  if (context.would(`stop the lab ${name}${files}`)) return { name, stopped: false };
  if (pid !== undefined) {
    if (info) await callLab(info, 'POST', '/stop');
    else process.kill(pid, 'SIGTERM');
    await waitUntil({
      reason: `the lab ${name} to end`,
      timeoutMs: 15_000,
      clock,
      signal,
      pauseMs: 20,
      look: async () => (isAlive(pid) ? { pending: `process ${pid} still runs` } : { done: true }),
    });
  }
  const taken = await clearGiven(directory, { clock, signal });
  const removes = !options.keep && existsSync(directory);
  const kept = removes && !options.deleteEvidence ? moved(name, states, clock.now()) : [];
  if (removes) for (const { root } of [{ root: directory }, ...states]) rmSync(root, { recursive: true, force: true });
  return {
    name,
    stopped: pid !== undefined,
    ...(removes ? { removed: directory } : {}),
    ...(taken ? { taken } : {}),
    ...(kept.length > 0 ? { kept } : {}),
  };
}

interface States {
  /** With a directory for each Sovereign. */
  root: string;
  /** Where records of there are kept. */
  kept: string;
}

function statesOf(env: Context['env'], name: string, directory: string, { stateDir }: DownOptions): States[] {
  const own = { root: join(directory, 'state'), kept: keptRoot(stateRoot(env)) };
  if (stateDir === undefined) return [own];
  const given = resolve(stateDir);
  return [own, { root: join(given, 'labs', name), kept: keptRoot(given) }];
}

function requireIdle(name: string, states: readonly States[], now: Date): void {
  const [run] = states.flatMap(({ root }) => liveRuns(root, now));
  if (!run) return;
  const { command: words, pid } = run.holder;
  throw fail(
    'E1202',
    `"${words}" (process ${pid}) runs in the lab ${name}, for ${run.fqdn}. The lab was not stopped.`,
    {
      actions: [`wait for it to end, or stop it: kill -INT ${pid}`, `then: ${command('lab down', name)}`],
      data: { lab: name, pid, command: words },
    },
  );
}

function moved(name: string, states: readonly States[], now: Date): KeptRecords[] {
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '');
  return states.flatMap(({ root, kept }) => keepRecords(root, join(kept, `${name}-${stamp}`)) ?? []);
}

/** Paths that summaries have named lead nowhere any more: what they are now. */
export function keptText({ from, to, report }: KeptRecords): string[] {
  return [
    'Evidence, journals and logs of its runs are kept:',
    `  from  ${from}`,
    `  to    ${to}`,
    ...(report === undefined ? [] : [`  the newest report is ${report}`]),
  ];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
