/** What `status` shows first while a handover is under way on this machine. */
import { beforeEach, describe, expect, it } from 'vitest';
import { unfinishedHandover } from '../../../../src/actions/handover/unfinished.js';
import type { Mutation } from '../../../../src/engine/mutation.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { type ActionRig, actionRig } from '../../../fakes/action-context.js';
import { type WholeRig, wholeRig } from '../../handover/whole-rig.js';

let rig: WholeRig;
let acting: ActionRig;
const lines = () => unfinishedHandover(acting.context, acting.stateDir);
/** As the gate writes a change that was made. */
async function journaled(sentence: string) {
  const target: Mutation['target'] = { system: 'sovereign', kind: 'ConfigMap', name: sentence.slice(0, 4) };
  const journal = await acting.context.journal();
  for (const kind of ['begin', 'ok'] as const)
    journal.append({ kind, op: `${journal.entries.length}`, step: 's', target, inputs: { sentence } });
}

beforeEach(async () => {
  rig = await wholeRig();
  Object.assign(rig.world, { identity: async () => ({ kind: 'lab', id: '1f', name: 'default' }) });
  acting = actionRig({ whole: rig.world });
  (await acting.context.journal()).append({ kind: 'note' });
  await acting.end();
});

describe('an unfinished handover', () => {
  it('is none where this machine began none: no cluster is asked', async () => {
    Object.assign(rig.world, { mother: () => Promise.reject(new Error('asked')) });
    expect(await lines()).toEqual([]);
  });

  it('is shown with what is changed on the mother now', async () => {
    const confirm = () => Promise.reject(new Error('not yet'));
    const step = finalizeHandover(rig.world, { keepRetained: true });
    await expect(step.run({ ...rig.context, confirm })).rejects.toThrow('not yet');
    await journaled('note state VERIFIED of the handover in ConfigMap a/b on the mother');
    const shown = await lines();
    expect(shown[0]).toMatch(/VERIFIED/);
    expect(shown).toContainEqual(expect.stringMatching(/changed on the mother now: Flux Kustomization .* suspended$/));
    await acting.end();
  });

  it('is none once its record was deleted, or it has ended', async () => {
    await journaled('note state VERIFIED of the handover in ConfigMap a/b on the mother');
    expect(await lines()).toEqual([]);
    await journaled('delete the handover record in ConfigMap a/b on the mother');
    Object.assign(rig.world, { mother: () => Promise.reject(new Error('asked')) });
    expect(await lines()).toEqual([]);
    await acting.end();
  });

  it('that cannot be read now is not silent', async () => {
    await journaled('note state VERIFIED of the handover in ConfigMap a/b on the mother');
    Object.assign(acting.context, { world: () => Promise.reject(new Error('no kubeconfig')) });
    expect(await lines()).toEqual([expect.stringMatching(/could not be read: no kubeconfig$/)]);
    await acting.end();
  });
});
