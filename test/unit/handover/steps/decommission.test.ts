/** `handover decommission`, `handover redirect` and `handover redirect --remove`. */
import { beforeEach, describe, expect, it } from 'vitest';
import { readRecord } from '../../../../src/handover/record.js';
import { type DecommissionWork, stepDecommission } from '../../../../src/handover/steps/decommission.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { type WholeRig, wholeRig } from '../whole-rig.js';

const redirect = 'catalyst/catalyst-sovereign-redirect-omantel-omani-works';
const noteOnMother = 'ConfigMap catalyst/catalyst-sovereign-handover-omantel-omani-works';
let rig: WholeRig;
const step = (work: DecommissionWork) => stepDecommission(rig.world, work);
const run = (work: DecommissionWork) => step(work).run(rig.context);
const sentences = async (work: DecommissionWork) =>
  (await step(work).plan(rig.world.signal)).map(({ sentence }) => sentence);
const stands = () => [rig.mother.objects.has(`Ingress ${redirect}`), rig.mother.objects.has(`Middleware ${redirect}`)];

beforeEach(async () => {
  rig = await wholeRig();
});
const revoked = () => finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);

describe.each(['decommission', 'redirect', 'remove-redirect'] as const)('%s before REVOKED', (work) => {
  it('exits 7, says how far the handover is and changes nothing', async () => {
    const before = structuredClone(rig.snapshot());
    const refused = { code: 'E5101', exitCode: 7, actions: ['catalyst handover finalize'] };
    await expect(step(work).plan(rig.world.signal)).rejects.toMatchObject(refused);
    await expect(run(work)).rejects.toMatchObject({ ...refused, message: 'No handover has started.' });
    expect(rig.snapshot()).toEqual(before);
  });
});

describe('decommission', () => {
  it('does all of #319, and says before that it deletes', async () => {
    await revoked();
    expect(step('decommission').destructive).toMatch(/^deletes what the mother retains/);
    expect((await sentences('decommission')).some((one) => one.startsWith('delete the old copy of zone'))).toBe(true);
    await run('decommission');
    expect((await step('decommission').proof(rig.context)).summary).toMatch(/^1 old addresses answer 301/);
    expect((await readRecord(rig.world))?.state).toBe('DECOMMISSIONED');
  });
});

describe('redirect', () => {
  beforeEach(revoked);

  it('is made alone: what the mother retains stays', async () => {
    expect(step('redirect').destructive).toBeUndefined();
    await expect(step('redirect').proof(rig.context)).rejects.toMatchObject({ code: 'E4009' });
    expect((await sentences('redirect')).filter((one) => /^answer 30/.test(one))).toHaveLength(2);
    await run('redirect');
    expect(stands()).toEqual([true, true]);
    expect(await readRecord(rig.world)).toMatchObject({ state: 'REVOKED', redirectedAt: expect.any(String) });
    expect((await readRecord(rig.world))?.erasedAt).toBeUndefined();
    expect((await step('redirect').proof(rig.context)).summary).toMatch(
      /^the old addresses are redirected since 2026-/,
    );
  });

  it('that stands and answers is done; one that somebody has removed is made again', async () => {
    expect(await step('redirect').isDone(rig.context)).toEqual({ done: false });
    await run('redirect');
    const reason = expect.stringMatching(/^the old addresses are redirected since 2026-/);
    expect(await step('redirect').isDone(rig.context)).toEqual({ done: true, reason });
    rig.mother.objects.delete(`Ingress ${redirect}`);
    expect(await step('redirect').isDone(rig.context)).toEqual({ done: false });
    await expect(step('redirect').proof(rig.context)).rejects.toMatchObject({ code: 'E4009' });
    await run('redirect');
    expect(stands()).toEqual([true, true]);
    expect(await step('redirect').isDone(rig.context)).toMatchObject({ done: true });
  });

  it('is not planned a second time', async () => {
    await run('redirect');
    expect(await sentences('redirect')).toEqual([expect.stringMatching(/^hold the mother/)]);
  });
});

describe('redirect --remove', () => {
  beforeEach(revoked);

  it('removes both objects, and the record says so', async () => {
    await run('redirect');
    await expect(step('remove-redirect').proof(rig.context)).rejects.toMatchObject({
      code: 'E4009',
      message: expect.stringMatching(/^Still there: Middleware .*, Ingress /),
    });
    expect((await sentences('remove-redirect')).filter((one) => one.endsWith('the redirect'))).toHaveLength(2);
    await run('remove-redirect');
    expect(stands()).toEqual([false, false]);
    expect((await readRecord(rig.world))?.redirectedAt).toBeUndefined();
    expect(rig.mother.objects.has(noteOnMother)).toBe(true);
    expect((await step('remove-redirect').proof(rig.context)).summary).toMatch(/^neither Ingress nor Middleware/);
  });

  it('after the decommission leaves no note of the handover on the mother', async () => {
    await run('decommission');
    await run('remove-redirect');
    expect(stands()).toEqual([false, false]);
    expect(rig.mother.objects.has(noteOnMother)).toBe(false);
    expect(await readRecord(rig.world)).toMatchObject({ state: 'DECOMMISSIONED' });
  });

  it('leaves alone what is of that name and somebody else made', async () => {
    await run('redirect');
    const middleware = rig.mother.objects.get(`Middleware ${redirect}`)!;
    middleware.metadata.labels = {};
    await expect(run('remove-redirect')).rejects.toMatchObject({
      code: 'E5011',
      message: expect.stringContaining('belongs to nobody that its label names'),
    });
    expect(stands()).toEqual([true, true]);
  });
});
