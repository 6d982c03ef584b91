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
  /**
   * Steps that change more than taking their own proof does. The verification is one whenever it changes anything: the proofs that it
   * takes again are other steps' proofs, and it may stop something for them.
   */
  working: string[];
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
  const working: string[] = [];
  for (const step of steps) {
    const changes = await step.plan(signal);
    const ofProof = new Set((await step.planProof?.())?.map(mutationKey));
    for (const mutation of changes) mutations.push({ step: step.id, ...mutation });
    for (const probe of ofProof) probes.add(probe);
    if (changes.some((one) => !ofProof.has(mutationKey(one)))) working.push(step.id);
  }
  const hash = hashOf({ inputs, mutations });
  const marked = mutations.map((one) => (probes.has(mutationKey(one)) ? { ...one, probe: true as const } : one));
  return { hash, mutations: marked, working };
}
