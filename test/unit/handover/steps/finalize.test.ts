/** The whole of #317, beyond the part that `handover finalize` runs: what the mother retained is gone, and is looked for again. */
import { beforeEach, describe, expect, it } from 'vitest';
import { readRecord } from '../../../../src/handover/record.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { ids } from '../rig.js';
import { type WholeRig, wholeRig } from '../whole-rig.js';

let rig: WholeRig;
const whole = () => finalizeHandover(rig.world);
const part = () => finalizeHandover(rig.world, { keepRetained: true });
const sentences = async (step = whole()) => (await step.plan(rig.world.signal)).map(({ sentence }) => sentence);

beforeEach(async () => {
  rig = await wholeRig();
});

describe('#317', () => {
  it('erases what the mother retained, and proves it by a scan of its own', async () => {
    expect(await whole().isDone(rig.context)).toEqual({ done: false });
    await whole().run(rig.context);
    expect(await readRecord(rig.world)).toMatchObject({ state: 'REVOKED', erasedAt: expect.any(String) });
    const proof = await whole().proof(rig.context);
    expect(proof.summary).toMatch(/^residue: .*; 0 old credentials tried: there were none$/);
    expect(proof.sha).toMatch(/^[0-9a-f]{40}$/);
    expect(proof.facts).toMatchObject({ state: 'REVOKED', residue: { findings: expect.any(Array) } });
    expect(await whole().isDone(rig.context)).toMatchObject({
      done: true,
      reason: expect.stringMatching(/^the handover is REVOKED since 2026-/),
    });
  });

  it('is not done by the part that keeps what is retained, whose proof does not claim the scan', async () => {
    await part().run(rig.context);
    expect(await part().isDone(rig.context)).toMatchObject({ done: true });
    expect(await whole().isDone(rig.context)).toEqual({ done: false });
    expect((await part().proof(rig.context)).summary).toMatch(/^REVOKED; 0 old credentials tried/);
    await expect(whole().proof(rig.context)).rejects.toMatchObject({
      code: 'E4009',
      message: expect.stringContaining(`record ${ids[0]}`),
      actions: ['catalyst verify residue', 'catalyst handover decommission'],
    });
    expect((await sentences()).some((one) => one.startsWith('delete the old copy of zone'))).toBe(true);
    await whole().run(rig.context);
    expect((await sentences()).some((one) => one.startsWith('delete the old copy of zone'))).toBe(false);
  });

  it('is not proven before REVOKED', async () => {
    await expect(whole().proof(rig.context)).rejects.toMatchObject({
      code: 'E4009',
      message: expect.stringContaining('REVOKED'),
    });
  });

  it.each([
    ['accepted', 'E5104'],
    ['unreachable', 'E5107'],
  ])('does not come to REVOKED when an old kubeconfig is %s, and remembers that it was', async (answer, code) => {
    Object.assign(rig.world, { hetzner: async () => ({ list: async () => [] }) });
    rig.trial.kubeconfigs = { [ids[0]!]: answer };
    await expect(part().run(rig.context)).rejects.toMatchObject({ code, exitCode: 8 });
    expect(await readRecord(rig.world)).toMatchObject({ state: 'ACTIVATED', refusals: [{ what: expect.anything() }] });
    expect(await part().isDone(rig.context)).toEqual({ done: false });
  });

  it('is planned whole while the Sovereign has no cluster yet', async () => {
    Object.assign(rig.world, { kube: () => Promise.reject(fail('E3101', 'no cluster yet')) });
    const planned = await sentences();
    expect(planned[0]).toMatch(/^hold the mother for this run/);
    expect(planned.some((one) => one.startsWith('delete the old copy of zone'))).toBe(true);
    expect(await whole().isDone(rig.context)).toEqual({ done: false });
  });

  it('does not take a cluster that does not answer for none', async () => {
    Object.assign(rig.world, { mother: () => Promise.reject(new Error('no route to host')) });
    await expect(whole().isDone(rig.context)).rejects.toThrow('no route to host');
  });
});
