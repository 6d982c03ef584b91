/** `handover abort` on the runner, the gate and the journal of a real run: what it refuses, what it plans, and that it ends with NONE. */
import { beforeEach, describe, expect, it } from 'vitest';
import { abort } from '../../../../src/actions/handover/abort.js';
import { handoverStatus, handoverText } from '../../../../src/actions/handover/status.js';
import { unfinishedHandover } from '../../../../src/actions/handover/unfinished.js';
import { readJournal } from '../../../../src/actions/session/read-journal.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { actionRig } from '../../../fakes/action-context.js';
import { type WholeRig, wholeRig } from '../../handover/whole-rig.js';

const note = 'catalyst-sovereign-handover-omantel-omani-works';
let rig: WholeRig;
const begin = () => {
  const confirm = () => Promise.reject(new Error('not yet'));
  return expect(finalizeHandover(rig.world, { keepRetained: true }).run({ ...rig.context, confirm })).rejects.toThrow(
    'not yet',
  );
};
/** On the machine that has the journal of this Sovereign. */
const acting = async (options = {}) => {
  Object.assign(rig.world, {
    identity: async () => ({ kind: 'lab', id: '1f', name: 'default' }),
    undoSignal: new AbortController().signal,
  });
  const made = actionRig({ whole: rig.world });
  (await made.context.journal()).append({ kind: 'note' });
  await made.end();
  Object.assign(made.context.options, options);
  return made;
};

beforeEach(async () => {
  rig = await wholeRig();
});

describe('handover abort', () => {
  it('exits 7 where no handover has begun, with the way to one', async () => {
    await expect(abort((await acting()).context, {})).rejects.toMatchObject({
      code: 'E5101',
      exitCode: 7,
      actions: ['catalyst handover plan'],
    });
  });

  it('in a dry-run tells what it would change, and changes nothing', async () => {
    const { context } = await acting({ dryRun: true });
    await begin();
    const before = structuredClone(rig.snapshot());
    const { state, mutations } = await abort(context, {});
    expect(state).toBe('VERIFIED');
    expect(mutations).toContainEqual(expect.stringMatching(/^resume Flux Kustomization/));
    expect(rig.snapshot()).toEqual(before);
  });

  it('walks back, is journaled, and nothing is unfinished afterwards', async () => {
    const { context, stateDir, acts, end } = await acting();
    await begin();
    expect(await abort(context, {})).toMatchObject({ state: 'NONE', changes: [] });
    expect(acts).toContainEqual(expect.stringMatching(/^resume Flux Kustomization/));
    expect(await unfinishedHandover(context, stateDir)).toEqual([]);
    await end();
    const proven = readJournal(stateDir).filter(({ kind, step }) => kind === 'proof' && step === 'handover-abort');
    expect(proven).toHaveLength(1);
  });

  it('of a cluster that was wiped and built again takes away what the mother notes of the former one', async () => {
    const { context } = await acting();
    await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
    const flux = /fluxcd/;
    for (const [key, { apiVersion }] of rig.own.objects) if (flux.test(apiVersion)) rig.own.objects.delete(key);
    rig.own.objects.get('Namespace /kube-system')!.metadata.uid = 'uid-rebuilt';
    rig.own.objects.delete(`ConfigMap catalyst-system/${note}`);
    const before = await handoverStatus(rig.world);
    expect(before).toMatchObject({ state: 'NONE', former: { state: 'REVOKED' }, unfinished: false });
    expect(handoverText(before)).toMatch(/^no handover has started: the mother's note is that of a former cluster/);
    expect(await abort(context, {})).toMatchObject({ state: 'NONE', former: undefined, changes: [] });
    expect(rig.mother.objects.has(`ConfigMap catalyst/${note}`)).toBe(false);
  });

  it('refuses past the point of no return before anything is asked', async () => {
    const { context, asked } = await acting();
    await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
    await expect(abort(context, { restoreZone: true })).rejects.toMatchObject({ code: 'E5110', exitCode: 7 });
    expect(asked).toEqual([]);
  });

  it('with --restore-zone says that nothing was kept to put back', async () => {
    await expect(abort((await acting()).context, { restoreZone: true })).rejects.toMatchObject({ code: 'E5030' });
  });
});
