/** Where the handover stands: by its record, and by what is so. */
import { itemLine } from '../../handover/crossing.js';
import { changesOnMother } from '../../handover/mother/undo/mother-changes.js';
import {
  type HandoverRecord,
  type HandoverState,
  hasReached,
  isCrossing,
  pendingStates,
  type Records,
  readRecordIfAny,
} from '../../handover/record.js';
import { type ActualState, readActualState, sourceText } from '../../handover/sovereign/actual-state.js';
import { command } from '../../support/commands/command.js';
import { isCatalystError, messageOf } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';

export interface HandoverStatus {
  /** `NONE` before PREPARED was reached. */
  state: HandoverState | 'NONE';
  history: { state: HandoverState; at: string }[];
  pending: HandoverState[];
  /** True while a run of it has begun and neither reached REVOKED nor was walked back, or left catalyst-api stopped. */
  unfinished: boolean;
  /** What is possible from here, for a person; undefined when nothing special is. */
  next?: string;
  /** What the mother still has noted of a cluster that was wiped since. */
  former?: { state: HandoverState | 'NONE'; at?: string };
  begun?: HandoverRecord['begun'];
  crossing?: HandoverRecord['crossing'];
  pointOfNoReturnAt?: string;
  /** What Flux reads and who answers for the zone; undefined while there is no cluster. */
  actual?: ActualState;
  /** What is changed on the mother now. */
  changes: string[];
  /** A side that did not answer; it may have come further than what is shown. */
  unread?: string[];
  items: HandoverRecord['items'];
  refusals: HandoverRecord['refusals'];
  revision?: string;
  erasedAt?: string;
  redirectedAt?: string;
}

/** Throws what either cluster throws. */
export async function handoverStatus(world: World): Promise<HandoverStatus> {
  const status = await statusAsRead(world);
  if (status.failure) throw status.failure.error;
  return status.status;
}

/** By what can be read: a side that does not answer is named in `unread`. Throws E5105, and when neither answers. */
export async function statusIfAny(world: World): Promise<HandoverStatus> {
  return (await statusAsRead(world)).status;
}

async function statusAsRead(world: World): Promise<{ status: HandoverStatus; failure?: { error: unknown } }> {
  const { record, former, unread } = await readRecordIfAny(world);
  if (unread.length > 1) throw unread[0]!.error;
  const failed = unread.map(({ system, error }) => ({
    system: system === 'mother' ? 'the mother' : 'the Sovereign',
    error,
  }));
  const tried = async <T>(system: string, look: () => Promise<T>): Promise<T | undefined> => {
    if (failed.some((one) => one.system === system)) return undefined;
    try {
      return await look();
    } catch (error) {
      world.signal.throwIfAborted();
      if (!isCatalystError(error, 'E3101')) failed.push({ system, error });
      return undefined;
    }
  };
  const actual = await tried('the Sovereign', () => readActualState(world));
  const changes = (await tried('the mother', () => changesOnMother(world, record ?? former))) ?? [];
  const status = statusOfRecord({ record, former }, actual, changes);
  const lines = failed.map(({ system, error }) => `could not read ${system}: ${messageOf(error)}`);
  return { status: lines.length > 0 ? { ...status, unread: lines } : status, failure: failed[0] };
}

function statusOfRecord(
  { record, former }: Records,
  actual: ActualState | undefined,
  changes: string[],
): HandoverStatus {
  return {
    state: record?.state ?? 'NONE',
    history: record?.history ?? [],
    pending: pendingStates(record ?? ({} as HandoverRecord)),
    unfinished: record !== undefined && (!hasReached(record, 'REVOKED') || record.stopped !== undefined),
    next: nextStep(record, actual) ?? (record ? undefined : nextAfter(former)),
    former: former && { state: former.state ?? 'NONE', at: former.history.at(-1)?.at },
    begun: record?.begun,
    crossing: record?.crossing,
    pointOfNoReturnAt: record?.pointOfNoReturnAt,
    actual,
    changes,
    items: record?.items ?? [],
    refusals: record?.refusals ?? [],
    revision: record?.revision,
    erasedAt: record?.erasedAt,
    redirectedAt: record?.redirectedAt,
  };
}

const forward = `go forward with: ${command('handover finalize')}`;

const nextAfter = (former: HandoverRecord | undefined) =>
  former &&
  `the mother's note is that of a former cluster (${former.state ?? 'begun'}); start again with: ${command('handover finalize')}`;

function nextStep(record: HandoverRecord | undefined, actual: ActualState | undefined): string | undefined {
  if (record?.stopped)
    return `catalyst-api was stopped for the erasure; go on with: ${command('handover decommission')}`;
  if (record && hasReached(record, 'REVOKED')) return undefined;
  if (record && isCrossing(record)) {
    const since = record.crossing?.at ?? record.pointOfNoReturnAt;
    return hasReached(record, 'ACTIVATED')
      ? `the point of no return was crossed at ${since}; ${forward}`
      : `crossing the point of no return since ${since}; ${forward}`;
  }
  if (actual?.source.own)
    return `no record accounts for it, but the Sovereign's Flux already reads its own Gitea; ${forward}`;
  return record && `go on with: ${command('handover finalize')}, or walk back with: ${command('handover abort')}`;
}

/** The first line, for `handover status` and `status` alike. */
export function handoverHeadline({ state, unfinished, next }: HandoverStatus): string {
  if (state === 'NONE' && !unfinished)
    return `no handover has started${next ? `: ${next}` : `; what one would do: ${command('handover plan')}`}`;
  const interrupted = unfinished ? ' (started but not finished: interrupted, or still running elsewhere)' : '';
  return `handover ${stateWords(state)}${interrupted}${next ? `: ${next}` : ''}`;
}

/** NONE is for programs. */
const stateWords = (state: HandoverStatus['state']) => (state === 'NONE' ? 'begun' : state);

/** A line per item: fate, what, why. */
export function inventoryText(items: HandoverStatus['items']): string {
  return items.map(itemLine).join('\n');
}

export function handoverText(status: HandoverStatus & { nothingToDo?: string }): string {
  const { begun, crossing, actual, changes } = status;
  const by = (deed: NonNullable<typeof begun>) =>
    [deed.at, deed.by && `by ${deed.by}`, deed.plan && `plan ${deed.plan.slice(0, 12)}`].filter(Boolean).join(', ');
  const lines = [
    ...(status.nothingToDo === undefined ? [] : [`nothing to do: ${status.nothingToDo}`]),
    handoverHeadline(status),
    ...(status.unread ?? []).map((line) => `  ${line}`),
    ...(begun ? [`  begun           ${by(begun)}`] : []),
    ...status.history.map(({ state, at }) => `  ${state.padEnd(15)} ${at}`),
    ...(status.pending.length > 0 ? [`  pending: ${status.pending.join(' → ')}`] : []),
    ...(status.pointOfNoReturnAt
      ? [`  point of no return: ${crossing ? by(crossing) : status.pointOfNoReturnAt}`]
      : []),
    ...(actual
      ? [`  Flux of the Sovereign reads: ${sourceText(actual.source)}`, `  its zone: ${actual.delegation.summary}`]
      : []),
    ...(changes.length > 0 ? ['  changed on the mother now:', ...changes.map((change) => `    ${change}`)] : []),
    ...status.items.map(itemLine),
    ...status.refusals.map((one) => `  tried    ${one.what}: ${one.answer}${one.why ? ` (${one.why})` : ''}`),
  ];
  return lines.join('\n');
}
