/** What a run leaves that was killed after its last change on the Sovereign: the next one finds nothing more to do, and yet something left. */
import { beforeEach, describe, expect, it } from 'vitest';
import { giveBackHeld } from '../../../src/actions/handover/give-back-held.js';
import type { Journal } from '../../../src/engine/journal.js';
import { leaseMutation } from '../../../src/handover/mother/hold-mother.js';
import { isRecordedAlike, placesOf } from '../../../src/handover/record.js';
import { finalizeHandover } from '../../../src/handover/steps/finalize.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { shownIdentity } from '../../../src/sovereign/state/process-identity.js';
import { fail } from '../../../src/support/errors/errors.js';
import { type WholeRig, wholeRig } from './whole-rig.js';

const fqdn = 'omantel.omani.works';
const leaseKey = 'Lease catalyst/catalyst-sovereign-mother';

/** A mother whose copy of the record is from before REVOKED. */
async function staleMother(): Promise<WholeRig> {
  const rig = await wholeRig();
  const { ref } = placesOf(rig.world).find(({ system }) => system === 'mother')!;
  const key = `ConfigMap ${ref.namespace}/${ref.name}`;
  let earlier: KubeObject | undefined;
  const { onWrite } = rig.mother;
  rig.mother.onWrite = (verb, object) => {
    onWrite?.(verb, object);
    if (object.data?.state === 'ACTIVATED') earlier = structuredClone(object);
  };
  await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
  rig.mother.objects.set(key, earlier!);
  rig.acts.length = 0;
  return rig;
}

describe('a record of which the mother has an older copy', () => {
  it('is no finished handover: finalize writes it again, and nothing else', async () => {
    const { world, context, acts } = await staleMother();
    const step = finalizeHandover(world, { keepRetained: true });
    expect(await step.isDone(context)).toEqual({ done: false });
    const planned = (await step.plan(world.signal)).map(({ sentence }) => sentence);
    await step.run(context);
    expect(acts).toEqual(planned);
    expect(planned.slice(1)).toEqual([
      expect.stringMatching(/^note state REVOKED .* on the Sovereign$/),
      expect.stringMatching(/^note state REVOKED .* on the mother$/),
    ]);
    expect(await isRecordedAlike(world)).toBe(true);
    expect(await step.isDone(context)).toMatchObject({ done: true });
  });
});

describe('a Lease that a killed run has left', () => {
  const begun = (rig: WholeRig) => {
    const { target, sentence } = leaseMutation(rig.world);
    return { kind: 'begin', op: 'op1', at: '2026-11-22T09:00:00Z', step: 'x', target, inputs: { sentence } };
  };
  const lease = (process: object, name = fqdn): KubeObject => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: 'catalyst-sovereign-mother',
      namespace: 'catalyst',
      labels: { 'catalyst.openova.io/run': 'killed', 'catalyst.openova.io/sovereign': name },
      annotations: { 'catalyst.openova.io/process': JSON.stringify(process) },
    },
    spec: { leaseDurationSeconds: 60, acquireTime: '2026-11-22T09:59:59Z', renewTime: '2026-11-22T09:59:59Z' },
  });
  const alive = shownIdentity();
  const ended = { ...alive, started: '1' };
  let rig: WholeRig;
  const giveBack = async (entries: object[]) => {
    const told: string[] = [];
    const { world, context } = rig;
    await giveBackHeld(
      { world, emit: (event) => void told.push('reason' in event ? String(event.reason) : '') },
      {
        journal: { entries } as unknown as Journal,
        gate: { writes: 0, forStep: () => context },
        step: finalizeHandover(world),
      },
    );
    return told;
  };
  beforeEach(async () => {
    rig = await wholeRig();
  });

  it('is given back at the end of a run that changes nothing on the mother', async () => {
    rig.mother.objects.set(leaseKey, lease(ended));
    expect(await giveBack([begun(rig)])).toEqual([]);
    expect(rig.mother.objects.has(leaseKey)).toBe(false);
    expect(rig.acts).toEqual([leaseMutation(rig.world).sentence]);
  });

  it.each([
    ['the process that holds it lives', lease(alive), true],
    ['it is of another Sovereign', lease(ended, 'otech.omani.works'), true],
    ['nothing is there', undefined, true],
    ['the journal knows of none', lease(ended), false],
  ])('is left alone where %s', async (_, left, isBegun) => {
    if (left) rig.mother.objects.set(leaseKey, left);
    expect(await giveBack(isBegun ? [begun(rig)] : [])).toEqual([]);
    expect(rig.mother.objects.get(leaseKey)).toEqual(left);
    expect(rig.acts).toEqual([]);
  });

  it('was given back where a later run has held the mother', async () => {
    rig.mother.objects.set(leaseKey, lease(ended));
    await giveBack([begun(rig), { kind: 'ok', op: 'op1', at: '2026-11-22T09:00:01Z' }]);
    expect(rig.acts).toEqual([]);
  });

  it('does not fail a run when the mother does not answer', async () => {
    rig.mother.kube.get = () => Promise.reject(fail('E3101', 'no answer'));
    expect(await giveBack([begun(rig)])).toEqual(['the mother was not given back: no answer']);
  });
});
