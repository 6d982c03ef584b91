/** Takes the whole checklist, in the order in which one answer helps the next, and writes the evidence. */
import { type Part, toCome } from '../../engine/events.js';
import { parseJournal } from '../../engine/journal-entry.js';
import { foldJournal } from '../../engine/journal-state.js';
import { type HandoverRecord, hasReached, readRecordIfAny } from '../../handover/record.js';
import { nameServerAddresses } from '../../handover/sovereign/name-server-addresses.js';
import { journaledEffects } from '../../mother/fingerprint/declared-effects.js';
import { fingerprintBefore } from '../../mother/fingerprint/protected-before.js';
import { command } from '../../support/commands/command.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { CatalystError, messageOf } from '../../support/errors/errors.js';
import { shortReason } from '../../support/short-reason.js';
import type { Step, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { egressWindowMs } from '../experiment/egress/judge-egress.js';
import { planExercises } from '../experiment/exercises.js';
import { withFlows } from '../experiment/flows/follow-flows.js';
import { runKill } from '../experiment/kill.js';
import { reprovisionFolder } from '../rehearsal/kept-files.js';
import { checklist, type Item } from './checklist.js';
import { lookAtReleases } from './checks/releases-live.js';
import { failed, type ItemResult, notChecked, verdictOf } from './item.js';
import { lookForMother, requireSovereign, withoutMother } from './mother-lost.js';
import type { DodReport } from './report.js';
import { proofLines, type Scope } from './scope.js';
import { inTurn, probeEveryMs, type Selection, selectItems, takes } from './select.js';
import { verifyBundle } from './verify-bundle.js';
import { journalText, type WrittenEvidence, writeEvidence } from './write-evidence.js';

export interface DodOptions extends Selection {
  /** Every step of the WBS; phase 8 is left out. */
  steps: () => readonly Step[];
  /** Window of the kill in milliseconds. */
  windowMs?: number;
  /** The longest outage of a probe within it that is still accepted, in milliseconds; default none. */
  maxOutageMs?: number;
  /** False: the Sovereign is not cut off from the mother while catalyst-api is dead, as it is by default after ACTIVATED. */
  blackHole?: boolean;
  /** Signed bundle of a wipe-and-re-provision run, for D20; default: the newest rehearsal's. */
  reprovision?: string;
  /** How old that may be, in milliseconds; default 30 days. */
  maxRehearsalAgeMs?: number;
  /** What costs money may be done (D13); a lab costs nothing. */
  spend?: boolean;
  /** All servers may be powered off and on (D23); a lab always does it, but on clusters that exist. */
  blackStart?: boolean;
}

export interface DodOutcome extends WrittenEvidence {
  result: DodReport;
}

/** How long catalyst-api of a real mother is down. */
const realWindowMs = 300_000;

/**
 * Milliseconds that catalyst-api is down, that the way to the mother is closed, that all servers are off, and that their start may take.
 * A lab is asked for the windows of a real Sovereign by the first of them.
 */
export const windowsOf = ({ windowMs }: Pick<DodOptions, 'windowMs'>, lab: boolean) => ({
  windowMs: windowMs ?? (lab ? 20_000 : realWindowMs),
  egressMs: egressWindowMs(lab && (windowMs ?? 0) < realWindowMs),
  offMs: lab ? 3000 : 60_000,
  recoverMs: lab ? 120_000 : 1_800_000,
});

export async function takeDod(world: World, context: StepContext, options: DodOptions): Promise<DodOutcome> {
  const { clock } = world;
  await requireSovereign(world);
  const startedAt = clock.now().toISOString();
  const items = selectItems(options);
  const identity = await world.identity();
  const lab = identity.kind === 'lab';
  const { entries } = parseJournal(journalText(world.stateDir), 'journal.jsonl');
  const before = fingerprintBefore(world.stateDir);
  const scope: Scope = {
    world,
    context,
    steps: options.steps().filter((step) => step.phase < 8),
    proofs: new Map(),
    journal: foldJournal(entries),
    record: await knownRecord(world),
    motherLost: await lookForMother(world),
    before,
    effects: journaledEffects(world.sovereign, entries),
    reprovision: options.reprovision,
    verifyBundle,
    options: {
      lab,
      ...windowsOf(options, lab),
      maxOutageMs: options.maxOutageMs ?? 0,
      blackHole: options.blackHole ?? true,
      maxRehearsalAgeMs: options.maxRehearsalAgeMs ?? 30 * 86_400_000,
      spend: options.spend ?? false,
      blackStart: options.blackStart ?? false,
    },
  };
  const early = new Map<string, ItemResult>();
  for (const { id, title } of items)
    context.progress.part?.({ group: 'item', id, title, state: 'running', note: toCome });
  // Whoever could not look now looks again at its turn.
  if (takes(items, 'D1')) scope.releasesSeen = await lookAtReleases(world).catch(() => undefined);
  if (takes(items, 'D17') && scope.motherLost === undefined) await experiment(scope, early);
  const results = new Map<string, ItemResult>(early);
  for (const result of early.values()) context.progress.part?.(partOf(result));
  for (const item of inTurn(items)) {
    context.signal.throwIfAborted();
    if (results.has(item.id)) continue;
    context.progress.part?.({ group: 'item', id: item.id, title: item.title, state: 'running' });
    const result = await answer(scope, item, results);
    results.set(item.id, result);
    context.progress.part?.(partOf(result));
  }
  const list = items.map((item) => results.get(item.id)!);
  const complete = items.length === checklist.length;
  const result: DodReport = {
    fqdn: world.sovereign.spec.fqdn,
    verdict: verdictOf(list, scope.experiment, complete),
    complete,
    startedAt,
    finishedAt: clock.now().toISOString(),
    lab,
    world: identity,
    items: list,
    experiment: scope.experiment,
    journalLines: entries.length,
  };
  return writeEvidence(world, {
    report: result,
    steps: options.steps(),
    handover: scope.record,
    umbilical: scope.umbilical,
    residue: scope.residue,
    before: scope.before,
    after: scope.after,
    proofs: await proofLines(scope.proofs),
    texts: inFolder(reprovisionFolder, scope.reprovisioned),
  });
}

const inFolder = (folder: string, files: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}${path}`, text]));

/** What the screen shows of an item: of what failed, a short reason. */
function partOf({ id, title, status, reason }: ItemResult): Part {
  return { group: 'item', id, title, state: status, note: status === 'pass' ? '' : shortReason(reason) };
}

async function answer(scope: Scope, item: Item, answers: ReadonlyMap<string, ItemResult>): Promise<ItemResult> {
  const { id, title, repeat } = item;
  const at = () => scope.world.clock.now().toISOString();
  try {
    const lost = withoutMother(id, scope.motherLost);
    const { status, reason, evidence, follows, invalid } = lost ?? (await item.check(scope, answers));
    const more = { ...(follows && { follows }), ...(invalid && { invalid }) };
    return { id, title, repeat, at: at(), status, reason, evidence, ...more };
  } catch (error) {
    scope.context.signal.throwIfAborted();
    if (endsTheRun(error)) throw error;
    // A check that could not look is no pass; when it says what is wrong, it failed.
    const told = error instanceof CatalystError && ['E4009', 'E4003'].includes(error.code);
    const { status, reason } = told ? failed(messageOf(error)) : notChecked(`could not look: ${messageOf(error)}`);
    return { id, title, repeat, at: at(), status, reason };
  }
}

/** Runs the kill; what stops it before anything was killed is told as the answer of D17. */
async function experiment(scope: Scope, early: Map<string, ItemResult>): Promise<void> {
  const { world, context, options } = scope;
  try {
    const addresses = await nameServerAddresses(world);
    const { exercises, notExercised } = await planExercises(world, context, scope.steps, scope.proofs);
    const kill = () =>
      runKill(world, context, {
        windowMs: options.windowMs,
        maxOutageMs: options.maxOutageMs,
        baselineMs: options.lab ? 3000 : 60_000,
        intervalMs: probeEveryMs,
        nameServers: addresses,
        exercises,
        notExercised,
        cut: cutOf(scope),
        lab: options.lab,
      });
    scope.experiment = await withFlows(world, context, options.lab, kill);
  } catch (error) {
    context.signal.throwIfAborted();
    if (endsTheRun(error)) throw error;
    const reason = messageOf(error);
    const refused = error instanceof CatalystError && error.code === 'E6002';
    early.set('D17', {
      id: 'D17',
      title: 'catalyst-api on the mother killed: no effect on the Sovereign',
      repeat: command('verify dod', { only: 'D17' }),
      at: world.clock.now().toISOString(),
      ...(refused ? failed(reason) : notChecked(reason)),
    });
  }
}

/** Before the handover the Sovereign still needs its mother. */
function cutOf({ record, options }: Scope): true | { none: string } {
  if (!options.blackHole) return { none: 'it was not asked for (--no-black-hole)' };
  return record && hasReached(record, 'ACTIVATED')
    ? true
    : { none: 'before the handover the Sovereign still needs its mother' };
}

/**
 * The handover's record by the side that answers: a mother that does not says nothing of her own items, and hides nothing of the
 * Sovereign's. Throws what the Sovereign's API throws when no side answers.
 */
async function knownRecord(world: World): Promise<HandoverRecord | undefined> {
  const { record, unread } = await readRecordIfAny(world);
  const own = unread.find(({ system }) => system === 'sovereign');
  if (own) throw own.error;
  return record;
}
