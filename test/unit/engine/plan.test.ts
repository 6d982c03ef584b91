/** A plan tells what stays changed from what a proof makes and removes, also where another step takes that proof again. */
import { expect, it } from 'vitest';
import type { Mutation } from '../../../src/engine/mutation.js';
import { makePlan } from '../../../src/engine/plan.js';

const { signal } = new AbortController();
const change = (name: string): Mutation => ({
  target: { system: 'sovereign', kind: 'ConfigMap', name },
  sentence: `make ${name}`,
});
const probe = change('probe');
const gitea = { id: '#376', plan: async () => [change('gitea'), probe], planProof: async () => [probe] };
const dod = { id: 'dod', plan: async () => [change('kill'), probe] };

it('marks probes, in every step', async () => {
  const { mutations } = await makePlan([gitea, dod], {}, signal);
  expect(mutations.map(({ step, sentence, probe: is }) => [step, sentence, is])).toEqual([
    ['#376', 'make gitea', undefined],
    ['#376', 'make probe', true],
    ['dod', 'make kill', undefined],
    ['dod', 'make probe', true],
  ]);
});

it('has the same hash whatever is a probe', async () => {
  const plain = { id: '#376', plan: gitea.plan };
  const hashes = await Promise.all([gitea, plain].map(async (step) => (await makePlan([step], {}, signal)).hash));
  expect(hashes[0]).toBe(hashes[1]);
});
