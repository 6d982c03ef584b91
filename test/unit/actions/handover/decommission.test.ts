/** `handover decommission`, from REVOKED to DECOMMISSIONED, on the runner, the gate and the protected set of a real run. */
import { beforeEach, describe, expect, it } from 'vitest';
import { decommissionMother } from '../../../../src/actions/handover/decommission.js';
import { finalizeHandover } from '../../../../src/actions/handover/finalize.js';
import type { ActionRig } from '../../../fakes/action-context.js';
import { proof } from '../../../fakes/rehearsed.js';
import type { WholeRig } from '../../handover/whole-rig.js';
import { actingOnWhole } from '../acting-on-whole.js';

const fqdn = 'omantel.omani.works';
const force = 'a rig without a walk';
let rig: WholeRig;
let acting: ActionRig;
const finalize = (confirm: string | undefined = fqdn) => finalizeHandover(acting.context, { confirm, force });

beforeEach(async () => {
  ({ rig, acting } = await actingOnWhole());
});

describe('handover decommission', () => {
  it('exits 7 before REVOKED, whatever is proven', async () => {
    await expect(decommissionMother(acting.context, 'decommission', { confirm: fqdn })).rejects.toMatchObject({
      code: 'E5101',
    });
    expect(acting.asked).toEqual([]);
  });

  it('is planned by a dry-run, and made once it is confirmed', async () => {
    await finalize();
    (await acting.context.journal()).append(proof('#374'));
    await acting.end();
    acting.asked.length = 0;
    Object.assign(acting.context.options, { dryRun: true });
    const { mutations } = await decommissionMother(acting.context, 'decommission', {});
    expect(mutations).toContainEqual(expect.stringMatching(/^answer 301/));
    expect([...rig.mother.objects.keys()].filter((key) => key.includes('redirect'))).toEqual([]);
    Object.assign(acting.context.options, { dryRun: false });
    await expect(decommissionMother(acting.context, 'decommission', {})).rejects.toMatchObject({ code: 'E4006' });
    expect(acting.asked).toEqual([expect.stringMatching(/^This deletes what the mother retains/)]);
    expect(acting.noted).toContainEqual(expect.stringMatching(/^will delete the old copy of zone/));
    expect(await decommissionMother(acting.context, 'decommission', { confirm: fqdn })).toMatchObject({
      ...{ state: 'DECOMMISSIONED', pending: [] },
    });
    await acting.end();
  });

  it('destroys nothing once it is done: its proof is no reason to ask for the name', async () => {
    await finalize();
    (await acting.context.journal()).append(proof('#374'));
    await acting.end();
    await decommissionMother(acting.context, 'decommission', { confirm: fqdn });
    await acting.end();
    acting.asked.length = 0;
    await decommissionMother(acting.context, 'decommission', {});
    expect(acting.asked).toEqual([]);
    await acting.end();
  });
});
