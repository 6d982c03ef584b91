/** What would happen: every mutation of a set of steps on the present world, with a content hash. */
import { hashOf } from '../support/hash.js';
import { mutationKey } from './journal-state.js';
import type { Mutation } from './mutation.js';
import type { Step } from './step.js';

export interface PlannedMutation extends Mutation {
  step: string;
  /** Made by a proof alone, which removes it again. */
  probe?: true;
}

export interface Plan {
  hash: string;
  mutations: PlannedMutation[];
}

/**
 * Plans steps in the order given. `inputs` (spec, tree hash) go into the hash, so that another spec is another plan; what is a probe
 * does not. The verification takes the proofs of other steps again: what is a probe of one step is one in every step.
 */
export async function makePlan(
  steps: readonly Pick<Step<never>, 'id' | 'plan' | 'planProof'>[],
  inputs: unknown,
  signal: AbortSignal,
): Promise<Plan> {
  const mutations: PlannedMutation[] = [];
  const probes = new Set<string>();
  for (const step of steps) {
    for (const mutation of await step.plan(signal)) mutations.push({ step: step.id, ...mutation });
    for (const mutation of (await step.planProof?.()) ?? []) probes.add(mutationKey(mutation));
  }
  const hash = hashOf({ inputs, mutations });
  return { hash, mutations: mutations.map((one) => (probes.has(mutationKey(one)) ? { ...one, probe: true } : one)) };
}
