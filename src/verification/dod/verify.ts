/** Takes the whole checklist, in the order in which one answer helps the next, and writes the evidence. */
import { parseJournal } from '../../engine/journal-entry.js';
import { foldJournal } from '../../engine/journal-state.js';
import { readRecord } from '../../handover/record.js';
import { checkDelegation } from '../../handover/sovereign/delegation.js';
import { nodeAddresses } from '../../kubernetes/node-addresses.js';
import { journaledEffects } from '../../mother/fingerprint/declared-effects.js';
import { takeFingerprint } from '../../mother/fingerprint/fingerprint.js';
import { fingerprintBefore } from '../../mother/fingerprint/protected-before.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { CatalystError, fail, messageOf } from '../../support/errors/errors.js';
import type { Step, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { planExercises } from '../experiment/exercises.js';
import { runKill } from '../experiment/kill.js';
import { checklist, type Item } from './checklist.js';
import { lookAtReleases } from './checks/releases-live.js';
import { failed, type ItemResult, notChecked, verdictOf } from './item.js';
import type { DodReport } from './report.js';
import type { Scope } from './scope.js';
import { journalText, type WrittenEvidence, writeEvidence } from './write-evidence.js';

export interface DodOptions {
  /** Every step of the WBS; phase 8 is left out. */
  steps: () => readonly Step[];
  /** Window of the kill in milliseconds. */
  windowMs?: number;
  only?: readonly string[];
  skip?: readonly string[];
  /** Signed bundle of a wipe-and-re-provision run, for D20. */
  reprovision?: string;
}

export interface DodOutcome extends WrittenEvidence {
  result: DodReport;
}

/** Items asked for; throws E1001 on an id that is none. */
export function selectItems(only: readonly string[] = [], skip: readonly string[] = []): readonly Item[] {
  const known = new Set(checklist.map((item) => item.id));
  const strange = [...only, ...skip].find((id) => !known.has(id.toUpperCase()));
  if (strange !== undefined) {
    throw fail('E1001', `There is no item ${strange}; items are D1 to D22 and W1 to W13.`, {
      actions: ['catalyst verify dod --help'],
    });
  }
  const has = (list: readonly string[], id: string) => list.some((one) => one.toUpperCase() === id);
  return checklist.filter((item) => (only.length === 0 || has(only, item.id)) && !has(skip, item.id));
}

export async function takeDod(world: World, context: StepContext, options: DodOptions): Promise<DodOutcome> {
  const { clock } = world;
  const startedAt = clock.now().toISOString();
  const items = selectItems(options.only, options.skip);
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
    record: await readRecord(world),
    before,
    effects: journaledEffects(world.sovereign, entries),
    reprovision: options.reprovision,
    options: {
      lab,
      windowMs: options.windowMs ?? (lab ? 20_000 : 300_000),
      egressMs: lab ? 10_000 : 600_000,
    },
  };
  const asked = (id: string) => items.some((item) => item.id === id || item.of?.includes(id));
  const early = new Map<string, ItemResult>();
  if (asked('D17')) {
    // Whoever could not look now looks again afterwards.
    if (items.some(({ id }) => id === 'D1')) scope.releasesSeen = await lookAtReleases(world).catch(() => undefined);
    await experiment(scope, early);
  }
  const results = new Map<string, ItemResult>(early);
  for (const item of items) {
    context.signal.throwIfAborted();
    if (results.has(item.id)) continue;
    context.progress.output(`${item.id} ${item.title}`);
    results.set(item.id, await answer(scope, item, results));
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
  };
  const evidence = await writeEvidence(world, {
    report: result,
    steps: options.steps(),
    handover: scope.record,
    umbilical: scope.umbilical,
    residue: scope.residue,
    before: scope.before,
    after: asked('D16') ? await takeFingerprint(world, { against: before }) : undefined,
  });
  return { result, ...evidence };
}

async function answer(scope: Scope, item: Item, answers: ReadonlyMap<string, ItemResult>): Promise<ItemResult> {
  const { id, title, repeat } = item;
  const at = () => scope.world.clock.now().toISOString();
  try {
    const { status, reason, evidence } = await item.check(scope, answers);
    return { id, title, repeat, at: at(), status, reason, evidence };
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
  const addresses = await nameServerAddresses(world);
  const exercises = planExercises(world, context, scope.steps, scope.proofs);
  try {
    scope.experiment = await runKill(world, context, {
      windowMs: options.windowMs,
      baselineMs: Math.min(60_000, options.lab ? 3000 : 60_000),
      intervalMs: options.lab ? 500 : 2000,
      nameServers: addresses,
      exercises,
      notExercised: [
        {
          class: 'certificates',
          reason: 'a renewal in production counts against the rate limit; D5 checks the solver',
        },
        { class: 'image pull on a fresh node', reason: 'needs a node without the image; D8 pulls by digest' },
      ],
      lab: options.lab,
    });
  } catch (error) {
    context.signal.throwIfAborted();
    if (endsTheRun(error)) throw error;
    const reason = messageOf(error);
    const refused = error instanceof CatalystError && error.code === 'E6002';
    early.set('D17', {
      id: 'D17',
      title: 'catalyst-api on the mother killed: no effect on the Sovereign',
      repeat: 'catalyst verify dod --only D17',
      at: world.clock.now().toISOString(),
      ...(refused ? failed(reason) : notChecked(reason)),
    });
  }
}

/** Addresses that the parent's glue leads to; the nodes' own when there is no delegation. */
async function nameServerAddresses(world: World): Promise<string[]> {
  const delegation = await checkDelegation(world);
  if (delegation.addresses.length > 0) return delegation.addresses;
  return nodeAddresses(await world.kube());
}
