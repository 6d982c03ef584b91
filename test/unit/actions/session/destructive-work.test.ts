/** Which destructive steps of a run have its name asked for: those that change more than taking their own proof does. */
import { expect, it } from 'vitest';
import { runSelectedSteps } from '../../../../src/actions/session/run-steps.js';
import { openSession } from '../../../../src/actions/session/session.js';
import type { Mutation } from '../../../../src/engine/mutation.js';
import type { Step } from '../../../../src/world/step.js';
import { actionRig } from '../../../fakes/action-context.js';

const change = (name: string): Mutation => ({
  target: { system: 'sovereign', kind: 'ConfigMap', name },
  sentence: `make ${name}`,
});
const probe = change('probe');
let proofsPlanned = 0;
const step = (id: string, mutations: Mutation[], more: Partial<Step> = {}) =>
  ({ id, title: id, phase: 8, needs: [], plan: async () => mutations, ...more }) as unknown as Step;
/** A Blueprint: its proof makes the probe. */
const gitea = (mutations: Mutation[], more: Partial<Step> = {}) => {
  const planProof = async () => {
    proofsPlanned++;
    return [probe];
  };
  return step('#376', mutations, { planProof, ...more });
};
/** The verification takes the proof of the Blueprint again, and has none of its own that makes anything. */
const dod = (mutations: Mutation[]) => step('dod', mutations, { destructive: async () => 'stops catalyst-api' });

async function destroyed(...all: Step[]): Promise<string[] | undefined> {
  const rig = actionRig({ options: { dryRun: true } });
  const session = await openSession(rig.context);
  const selected = all.map(({ id }) => id);
  const { destructive } = await runSelectedSteps(session, { all, selected, inputs: {}, force: true } as never);
  return destructive;
}

it('verify dod is asked about, alone and beside the step whose proof it takes again', async () => {
  expect(await destroyed(dod([change('kill'), probe]))).toEqual(['stops catalyst-api']);
  expect(await destroyed(gitea([probe]), dod([change('kill'), probe]))).toEqual(['stops catalyst-api']);
  expect(await destroyed(dod([probe]))).toEqual(['stops catalyst-api']);
  expect(await destroyed(gitea([probe]), dod([probe]))).toEqual(['stops catalyst-api']);
  expect(await destroyed(dod([]))).toEqual([]);
});

it('a step that is done, and only takes its own proof again, is not', async () => {
  const destructive = 'deletes what the mother retains';
  expect(await destroyed(gitea([probe], { destructive }))).toEqual([]);
  expect(await destroyed(gitea([change('gitea'), probe], { destructive }))).toEqual([destructive]);
});

it('the proof of a step is planned once', async () => {
  proofsPlanned = 0;
  await destroyed(gitea([probe], { destructive: 'deletes what the mother retains' }));
  expect(proofsPlanned).toBe(1);
});
