/** The wipe-and-repeat cycle as a journal tells it: where the newest one stands, and what it does not prove. Pure. */
import type { JournalEntry } from '../../engine/journal-entry.js';

/** Steps of a rehearsal beside those of the walk, in their order. */
export const rehearsalSteps = {
  state: 'rehearsal-state',
  names: 'rehearsal-names',
  destroy: 'cluster-destroy',
  buckets: 'rehearsal-buckets',
  orphans: 'rehearsal-orphans',
  evidence: 'rehearsal-evidence',
} as const;

export type Stage = 'new' | 'building' | 'wiping';

const isProof = (id: string) => (entry: JournalEntry) => entry.kind === 'proof' && entry.step === id;

/** From the newest signed evidence on. */
export const newestCycle = (entries: readonly JournalEntry[]) =>
  entries.slice(entries.findLastIndex(isProof(rehearsalSteps.evidence)) + 1);

/** Hash of the listing by which the newest rehearsal proved that nothing was left; undefined where none did. */
export const provenListing = (entries: readonly JournalEntry[]): unknown =>
  entries.findLast(isProof(rehearsalSteps.orphans))?.evidence?.facts.listing;

/** Of each run that changed something in the newest cycle; undefined where a run of no steps did, which builds nothing. */
function changedBy(entries: readonly JournalEntry[]): Set<unknown> {
  const started = entries.filter(({ kind }) => kind === 'run-started');
  const commands = new Map(started.map(({ run, inputs }) => [run, inputs?.command]));
  const changes = newestCycle(entries).filter(({ kind, target }) => kind === 'begin' && target !== undefined);
  return new Set(changes.map(({ run }) => commands.get(run)));
}

/** What an interrupted rehearsal has left to do. What began to be wiped is not built again. */
export function stageOf(entries: readonly JournalEntry[]): Stage {
  const started = (id: string) => newestCycle(entries).some(({ kind, step }) => kind === 'step-started' && step === id);
  if (started(rehearsalSteps.names)) return 'wiping';
  return changedBy(entries).has('rehearse') ? 'building' : 'new';
}

/** A person may have cleaned up by these after a rehearsal. */
const ofThrowaways = ['rehearse', 'cluster destroy', 'purge apply'];

/** The command that changed something under this name and is no rehearsal: the journal is then that of a Sovereign which must stay. */
export function keptSovereign(entries: readonly JournalEntry[]): string | undefined {
  return [...changedBy(entries)]
    .map(String)
    .find((command) => command !== 'undefined' && !ofThrowaways.includes(command));
}

export interface Expected {
  /** Ids of the steps of the walk that must have been proven. */
  steps: readonly string[];
  /** Names of the servers that the spec gives the cluster. */
  servers: readonly string[];
}

export interface Cycle {
  /** What the newest finished cycle does not prove; empty when it proves all of it. */
  problems: string[];
  /** Facts of the proof that nothing was left. */
  listing?: unknown;
}

/** Order counts: every step is proven between two wipes, and every server that was created is deleted after the state was taken. */
export function readCycle(entries: readonly JournalEntry[], { steps, servers }: Expected): Cycle {
  const end = entries.findLastIndex(isProof(rehearsalSteps.orphans));
  if (end < 0) return { problems: ['its journal has no proof that nothing was left'] };
  const start = entries.slice(0, end).findLastIndex(isProof(rehearsalSteps.evidence)) + 1;
  const state = entries.slice(0, end).findLastIndex(isProof(rehearsalSteps.state));
  if (state < start) return { problems: ['its journal does not prove the state that the walk ended in (D1)'] };
  const built = entries.slice(start, state);
  const wiped = entries.slice(state, end);
  const unproven = steps.filter((id) => !built.some(isProof(id)));
  const unwiped = [rehearsalSteps.names, rehearsalSteps.destroy, rehearsalSteps.buckets].filter(
    (id) => !wiped.some(isProof(id)),
  );
  const changed = (part: readonly JournalEntry[], verb: string, name: string) =>
    part.some(
      ({ kind, target, inputs }) =>
        kind === 'begin' &&
        target?.kind === 'server' &&
        target.name === name &&
        String(inputs?.sentence).startsWith(`${verb} `),
    );
  const uncreated = servers.filter((name) => !changed(built, 'create', name));
  const undeleted = servers.filter((name) => !changed(wiped, 'delete', name));
  const items = entries[state]!.evidence?.facts.items;
  const whole =
    Array.isArray(items) && items.some((item) => item?.id === 'D1' && item?.status === 'pass') && items.length === 1;
  return {
    listing: entries[end]!.evidence?.facts.listing,
    problems: [
      ...(unproven.length > 0 ? [`its journal proves no ${unproven.join(', ')}`] : []),
      ...(uncreated.length > 0 ? [`its journal creates no server ${uncreated.join(', ')}`] : []),
      ...(whole ? [] : ['D1 did not pass on it']),
      ...(unwiped.length > 0 ? [`after that its journal proves no ${unwiped.join(', ')}`] : []),
      ...(undeleted.length > 0 ? [`its journal deletes no server ${undeleted.join(', ')}: it was not wiped`] : []),
    ],
  };
}
