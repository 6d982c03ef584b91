/** What the checks of one verification share. Proofs and the experiment are taken once and told to every item that needs them. */
import type { JournalState } from '../../engine/journal-state.js';
import type { Evidence } from '../../engine/step.js';
import type { HandoverRecord } from '../../handover/record.js';
import type { DeclaredEffect } from '../../mother/fingerprint/compare.js';
import type { Fingerprint } from '../../mother/fingerprint/fingerprint.js';
import type { ScanResult } from '../../scans/scan.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { messageOf } from '../../support/errors/errors.js';
import type { Step, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import type { Experiment } from '../experiment/experiment.js';
import { type Answer, failed, notChecked, passed } from './item.js';
import type { Look } from './look.js';

export interface Scope {
  world: World;
  context: StepContext;
  /** Every step but the one of phase 8 itself. */
  steps: readonly Step[];
  proofs: Map<string, Promise<Evidence>>;
  journal: JournalState;
  record?: HandoverRecord;
  experiment?: Experiment;
  /** All releases as they were before the kill. */
  releasesSeen?: Look;
  /** The protected set before the first change on the mother, when it was kept. */
  before?: Fingerprint;
  /** What journaled mutations declared to do to it. */
  effects: readonly DeclaredEffect[];
  umbilical?: ScanResult;
  residue?: ScanResult;
  /** Path of a signed bundle of a wipe-and-re-provision run. */
  reprovision?: string;
  options: { lab: boolean; windowMs: number; egressMs: number };
}

/** The proof of a ticket or step, taken now unless this verification already took it. */
export async function proofOf(scope: Scope, id: string): Promise<Answer> {
  const step = scope.steps.find((one) => one.id === id || one.ticket === id || one.blueprint === id);
  if (!step) return notChecked(`${id} is not one of the steps`);
  let taken = scope.proofs.get(step.id);
  if (!taken) {
    taken = step.proof(scope.context);
    scope.proofs.set(step.id, taken);
  }
  try {
    const evidence = await taken;
    return passed(evidence.summary, { at: scope.world.clock.now().toISOString(), ...evidence });
  } catch (error) {
    scope.context.signal.throwIfAborted();
    if (endsTheRun(error)) throw error;
    return failed(messageOf(error));
  }
}
