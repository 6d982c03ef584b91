/** What would happen: every mutation of a set of steps on the present world, with a content hash. */
import { hashOf } from '../support/hash.js';
import type { Mutation } from './mutation.js';
import type { Step } from './step.js';

export interface PlannedMutation extends Mutation {
  step: string;
}

export interface Plan {
  hash: string;
  mutations: PlannedMutation[];
}

/** Plans steps in the order given. `inputs` (spec, tree hash) go into the hash, so that another spec is another plan. */
export async function makePlan(
  steps: readonly Pick<Step<never>, 'id' | 'plan'>[],
  inputs: unknown,
  signal: AbortSignal,
): Promise<Plan> {
  const mutations: PlannedMutation[] = [];
  for (const step of steps) {
    for (const mutation of await step.plan(signal)) mutations.push({ step: step.id, ...mutation });
  }
  return { hash: hashOf({ inputs, mutations }), mutations };
}
