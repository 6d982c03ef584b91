/** `catalyst lab down`: stops the lab and removes all it wrote: its state directory, and what it made on clusters that exist. */
import { existsSync, rmSync } from 'node:fs';
import type { Context } from 'catalyst/actions/session/context.js';
import { waitUntil } from 'catalyst/support/wait.js';
import { callLab, directoryOf, findLab, startingProcess } from './ensure.js';
import { clearGiven } from './existing/given-clusters.js';

export interface LabDownResult {
  name: string;
  /** False when there was none. */
  stopped: boolean;
  /** The directory that is gone. */
  removed?: string;
  /** Objects taken away from clusters that exist. */
  taken?: number;
}

/** Throws E7003 for a name that cannot be one; E3101, E7001 when clusters that exist keep its things. A lab that is not up is no error. */
export async function labDown(
  context: Pick<Context, 'env' | 'signal' | 'clock' | 'would'>,
  name: string,
  options: { keep?: boolean } = {},
): Promise<LabDownResult> {
  const { env, signal, clock } = context;
  const directory = directoryOf(env, name);
  const info = await findLab(env, name);
  const pid = info?.pid ?? startingProcess(directory);
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
  if (removes) rmSync(directory, { recursive: true, force: true });
  return { name, stopped: pid !== undefined, ...(removes ? { removed: directory } : {}), ...(taken ? { taken } : {}) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
