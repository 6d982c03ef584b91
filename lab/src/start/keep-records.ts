/** What ran in a lab can be read after it: `lab down` moves evidence, journals and logs out of the directory that it removes. */
import { cpSync, existsSync, globSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listStates, makePrivateDir } from 'catalyst/sovereign/state/state-dir.js';

export interface KeptRecords {
  /** What a path began with that a summary has printed, and what it begins with now. */
  from: string;
  to: string;
  /** The page of the newest verdict. */
  report?: string;
}

/** `lab-evidence/<name>-<when>` below the root of all state. */
export const keptRoot = (root: string): string => join(root, 'lab-evidence');

/** The newest folder of a lab that is down. */
export function newestKept(root: string, name: string): string | undefined {
  const newest = globSync(`${name}-[0-9]*T*`, { cwd: keptRoot(root) })
    .sort()
    .at(-1);
  return newest === undefined ? undefined : join(keptRoot(root), newest);
}

/** Files of a Sovereign's state that hold no secret. */
const records = ['evidence', 'journal.jsonl', 'logs'];

/** Each keeps its path below `to`; undefined where nothing has run. */
export function keepRecords(from: string, to: string): KeptRecords | undefined {
  const found = listStates(from).flatMap(({ fqdn, dir }) =>
    records.map((name) => ({ fqdn, name, path: join(dir, name) })).filter(({ path }) => existsSync(path)),
  );
  if (found.length === 0) return undefined;
  for (const { fqdn, name, path } of found) {
    cpSync(path, join(makePrivateDir(join(to, fqdn)), name), { recursive: true });
    rmSync(path, { recursive: true, force: true });
  }
  const reports = globSync('*/evidence/dod-*.html', { cwd: to });
  const newest = reports.sort((one, other) => basename(one).localeCompare(basename(other))).at(-1);
  return { from, to, ...(newest === undefined ? {} : { report: join(to, newest) }) };
}
