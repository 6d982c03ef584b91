/** `catalyst lab list`: every lab with a directory on this machine. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Context } from 'catalyst/actions/session/context.js';
import { liveRuns } from 'catalyst/sovereign/state/live-runs.js';
import { labDir, listStates } from 'catalyst/sovereign/state/state-dir.js';
import { directoryOf, findLab } from './ensure.js';
import { readLabInfo } from './lab-info.js';

export interface ListedLab {
  name: string;
  up: boolean;
  engine?: string;
  startedAt?: string;
  /** Sovereigns with state in it. */
  sovereigns: string[];
  /** The command that works in it at this moment. */
  running?: string;
}

export async function labList({ env, clock }: Pick<Context, 'env' | 'clock'>): Promise<ListedLab[]> {
  const folder = dirname(labDir(env, 'default'));
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const listed = names.map(async ({ name }): Promise<ListedLab> => {
    const found = await findLab(env, name);
    const info = found ?? readLabInfo(directoryOf(env, name));
    const up = found !== undefined;
    const states = join(labDir(env, name), 'state');
    const [run] = liveRuns(states, clock.now());
    return {
      name,
      up,
      ...(info ? { engine: info.engine, startedAt: info.startedAt } : {}),
      sovereigns: listStates(states).map(({ fqdn }) => fqdn),
      ...(run ? { running: run.holder.command } : {}),
    };
  });
  return (await Promise.all(listed)).sort((one, other) => one.name.localeCompare(other.name));
}

/** A table, a row for each. */
export function labTable(labs: readonly ListedLab[]): { head: string[]; rows: string[][] } {
  return { head: ['NAME', 'STATE', 'ENGINE', 'SINCE', 'SOVEREIGN'], rows: labs.map(rowOf) };
}

const rowOf = ({ name, up, engine = '–', startedAt = '–', sovereigns, running }: ListedLab): string[] => [
  name,
  running ? `up, in use by ${running}` : up ? 'up' : 'down',
  engine,
  startedAt.slice(0, 16).replace('T', ' '),
  sovereigns.join(', ') || '–',
];
