/** What a proof is: the changes its probes make, told beforehand, and the taking of it. One file per proof in this folder. */

import type { Mutation } from '../../engine/mutation.js';
import type { Evidence } from '../../engine/step.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';

export interface Proof {
  /** Every change that taking it makes, probes and their removal included. */
  plan(): Mutation[];
  /** Looks at the live Sovereign. Throws E4009 with what was expected and what was seen. */
  take(context: StepContext): Promise<Evidence>;
}

export type ProofOf = (world: World) => Proof;

/** `throw disproved('#376', 'the pushed commit', 'another SHA', { expected, seen })` */
export function disproved(step: string, expected: string, seen: string, facts: Record<string, unknown> = {}) {
  return fail('E4009', `${step} is not proven: expected ${expected}; seen: ${seen}.`, {
    actions: [command('ticket show', step.replace('#', '')), command('ticket run', step.replace('#', ''))],
    data: { expected, seen, ...facts },
  });
}
