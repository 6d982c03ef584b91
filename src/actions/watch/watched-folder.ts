/** Which state folder is watched: the Sovereign's own, or that of its rehearsal while that runs. */
import { dirname, join } from 'node:path';
import { type Holder, leasePath, readHolder, stateOfHolder } from '../../sovereign/state/lease.js';
import { liveRuns } from '../../sovereign/state/live-runs.js';
import { thisProcess } from '../../sovereign/state/process-identity.js';
import { inspectJournal } from '../session/read-journal.js';

export interface WatchedFolder {
  dir: string;
  /** FQDN of what is watched. */
  fqdn: string;
  /** Who works there now. */
  holder?: Holder;
}

export function watchedFolder(stateDir: string, fqdn: string, now: Date): WatchedFolder {
  const holder = liveHolder(stateDir, now);
  if (holder) return { dir: stateDir, fqdn, holder };
  const root = dirname(stateDir);
  const rehearsal = liveRuns(root, now).find((run) => run.fqdn !== fqdn && rehearsedIn(join(root, run.fqdn)) === fqdn);
  return rehearsal ? { dir: join(root, rehearsal.fqdn), ...rehearsal } : { dir: stateDir, fqdn };
}

function liveHolder(dir: string, now: Date): Holder | undefined {
  const holder = readHolder(leasePath(dir));
  if (!holder) return undefined;
  const state = stateOfHolder(holder, { here: thisProcess(), now });
  return state === 'alive' || state === 'renewing' ? holder : undefined;
}

/** FQDN of the Sovereign that the newest run of this folder rehearses. */
function rehearsedIn(dir: string): unknown {
  const { entries } = inspectJournal(dir);
  return entries.findLast(({ kind }) => kind === 'run-started')?.inputs?.of;
}
