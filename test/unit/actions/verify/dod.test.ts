/** What `verify dod` refuses before it does anything, and what a dry-run claims. */
import { beforeEach, describe, expect, it } from 'vitest';
import { verifyDodAlone } from '../../../../src/actions/verify/dod.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { type ActionRig, actionRig } from '../../../fakes/action-context.js';
import { cleanVerdict, signedBundle } from '../../../fakes/clean-verdict.js';
import { omantel } from '../../../fakes/fake-world.js';
import { wholeRig } from '../../handover/whole-rig.js';

let acting: ActionRig;
const shown: unknown[] = [];
const verify = (choices: Parameters<typeof verifyDodAlone>[1] = {}) =>
  verifyDodAlone(acting.context, choices, (result) => shown.push(result));

beforeEach(async () => {
  shown.length = 0;
  const { world } = await wholeRig();
  Object.assign(world, {
    identity: async () => ({ kind: 'lab', id: '1f', name: 'default' }),
    undoSignal: new AbortController().signal,
  });
  acting = actionRig({ whole: world });
});

describe('verify dod', () => {
  it('exits 7 while there is no Sovereign, with what makes one', async () => {
    Object.assign(acting.world, { kube: () => Promise.reject(fail('E3101', 'no cluster yet')) });
    await expect(verify()).rejects.toMatchObject({
      ...{ code: 'E4001', exitCode: 7, actions: ['catalyst cluster create', 'catalyst wizard'] },
      message: 'There is nothing to verify: no cluster yet',
    });
    expect(acting.acts).toEqual([]);
  });

  it('in a dry-run is no verdict: PARTIAL, of no item, with what would have been done', async () => {
    Object.assign(acting.context.options, { dryRun: true });
    const result = await verify({ only: ['D4'] });
    expect(result).toMatchObject({ verdict: 'PARTIAL', complete: false, items: [], bundle: '', lab: true });
    expect(result.mutations).toEqual(expect.any(Array));
    expect(shown).toEqual([]);
  });

  it('with --since takes a valid verdict of this Sovereign alone, before it does anything', async () => {
    const verdict = await cleanVerdict();
    const since = await signedBundle(verdict, verdict.signer);
    Object.assign(acting.context, {
      evidenceKeyOf: async () => verdict.signer.publicKey,
      existingStateDir: () => undefined,
    });
    Object.assign(acting.world, { sovereign: otech });
    await expect(verify({ since })).rejects.toMatchObject({
      ...{ code: 'E6101', actions: ['name a bundle of this Sovereign, or leave --since out'] },
      message: `${since} is about omantel.omani.works, not about otech.omani.works.`,
    });
    Object.assign(acting.world, { sovereign: omantel() });
    Object.assign(acting.context.options, { dryRun: true });
    expect(await verify({ since, only: ['D4'] })).toMatchObject({ verdict: 'PARTIAL' });
    Object.assign(acting.context, { evidenceKeyOf: async () => undefined });
    await expect(verify({ since })).rejects.toMatchObject({ code: 'E6112' });
  });
});

const otech = { ...omantel(), spec: { ...omantel().spec, fqdn: 'otech.omani.works' } };
