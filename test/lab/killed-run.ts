/** One call of the CLI that dies as soon as the journal of its lab has an entry. */
import { mkdirSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { labFqdn } from '../../lab/src/start/lab-info.js';
import type { Catalyst, Ended, LabInfo } from './catalyst.js';
import { journalName, journalReader, keyOf } from './journal-entries.js';

/** `PIPE` closes what the run writes to. */
export type Way = 'KILL' | 'HUP' | 'TERM' | 'PIPE';

export interface KilledRun {
  args: readonly string[];
  way: Way;
  /** Whether it dies at this entry (journal-entries.ts says what a key is); asked in their order until it does. */
  diesAt: (key: string) => boolean;
  /** Told of each entry of the run. */
  onEntry?: (key: string) => void;
}

export async function killedRun(
  catalyst: Catalyst,
  lab: LabInfo,
  { args, way, diesAt, onEntry = () => undefined }: KilledRun,
): Promise<Ended> {
  const { reached, rest } = watchJournal(lab, (key) => {
    onEntry(key);
    return diesAt(key);
  });
  try {
    // Only what is written to shows that it is closed.
    if (way === 'PIPE') return await catalyst.run([...args, '--verbose'], { closeAt: reached });
    return await catalyst.run(args, { killAt: reached, signal: `SIG${way}` });
  } finally {
    rest().forEach(onEntry);
  }
}

/** `reached` resolves at the first entry from now on that is the one; `rest` ends the watch and answers what was not looked at. */
function watchJournal(lab: LabInfo, isIt: (key: string) => boolean) {
  const folder = join(dirname(lab.spec), 'state', labFqdn);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const read = journalReader(folder);
  read();
  let left: string[] = [];
  let reach: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const watcher = watch(folder, (_event, name) => {
    if (name !== journalName) return;
    const keys = read().flatMap((entry) => keyOf(entry) ?? []);
    const found = keys.findIndex(isIt);
    if (found < 0) return;
    left = keys.slice(found + 1);
    watcher.close();
    reach();
  });
  const rest = () => {
    watcher.close();
    return [...left, ...read().flatMap((entry) => keyOf(entry) ?? [])];
  };
  return { reached, rest };
}
