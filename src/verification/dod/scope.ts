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
import type { ProofLine } from '../rederive/raw-bundle.js';
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
  /** All releases as they were before anything else was looked at. */
  releasesSeen?: Look;
  /** Why nothing can be read of the mother; left out when she answers. */
  motherLost?: string;
  /** The protected set before the first change on the mother, when it was kept. */
  before?: Fingerprint;
  /** As D16 read it at the end; the evidence shows what D16 judged. */
  after?: Fingerprint;
  /** What journaled mutations declared to do to it. */
  effects: readonly DeclaredEffect[];
  umbilical?: ScanResult;
  residue?: ScanResult;
  /** Path of a signed bundle of a wipe-and-re-provision run; default: the newest rehearsal's. */
  reprovision?: string;
  /** Throws E6101 or E6110 for a bundle that is not valid under that key (verify-bundle.ts, which needs the checklist itself). */
  verifyBundle(file: string, publicKey: string): Promise<unknown>;
  /** Files of that bundle by path, once D19 or D20 has read it: they go into the evidence. */
  reprovisioned?: Readonly<Record<string, string>>;
  options: {
    lab: boolean;
    windowMs: number;
    egressMs: number;
    maxOutageMs: number;
    blackHole: boolean;
    maxRehearsalAgeMs: number;
    spend: boolean;
    offMs: number;
    recoverMs: number;
    blackStart: boolean;
  };
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

/** What each proof that was taken saw, or why it failed, for the evidence. */
export async function proofLines(proofs: Scope['proofs']): Promise<Record<string, ProofLine>> {
  const lines = [...proofs].map(async ([id, taken]): Promise<[string, ProofLine]> => {
    try {
      return [id, await taken];
    } catch (error) {
      return [id, { error: messageOf(error) }];
    }
  });
  return Object.fromEntries(await Promise.all(lines));
}
