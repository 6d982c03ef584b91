/** `handover finalize` on the runner, the gate, the protected set and the journal of a real run. */
import { beforeEach, describe, expect, it } from 'vitest';
import { finalizeHandover } from '../../../../src/actions/handover/finalize.js';
import { handoverText } from '../../../../src/actions/handover/status.js';
import { readJournal } from '../../../../src/actions/session/read-journal.js';
import type { ActionRig } from '../../../fakes/action-context.js';
import type { WholeRig } from '../../handover/whole-rig.js';
import { actingOnWhole } from '../acting-on-whole.js';

const fqdn = 'omantel.omani.works';
const force = 'a rig without a walk';
let rig: WholeRig;
let acting: ActionRig;
const finalize = (confirm: string | undefined = fqdn) => finalizeHandover(acting.context, { confirm, force });
const runs = () => readJournal(acting.stateDir).filter(({ kind }) => kind === 'run-started');

beforeEach(async () => {
  ({ rig, acting } = await actingOnWhole());
});

describe('handover finalize', () => {
  it('exits 7 while the walk is not proven', async () => {
    await expect(finalizeHandover(acting.context, { confirm: fqdn })).rejects.toMatchObject({
      code: 'E4001',
      exitCode: 7,
    });
    expect(runs()).toEqual([]);
  });

  it('unconfirmed changes nothing', async () => {
    const before = structuredClone(rig.snapshot());
    await expect(finalize('test.omani.works')).rejects.toMatchObject({ code: 'E4006', exitCode: 7 });
    expect(acting.asked[0]).toMatch(/^This hands over past the point of no return/);
    expect(rig.snapshot()).toEqual(before);
  });

  it('comes to REVOKED, confirmed by the FQDN, with the intent in the journal', async () => {
    expect(await finalize()).toMatchObject({ state: 'REVOKED', unfinished: false });
    await acting.end();
    const sentences = readJournal(acting.stateDir).map(({ inputs }) => String(inputs?.sentence ?? ''));
    expect(sentences.filter((one) => one.startsWith('record the intent to cross'))).not.toEqual([]);
  });

  it('says that there is nothing to do where it was done before', async () => {
    expect(await finalize()).not.toHaveProperty('nothingToDo');
    await acting.end();
    const again = await finalize();
    expect(again.nothingToDo).toMatch(/^the handover is REVOKED since 2026-/);
    expect(handoverText(again).split('\n').slice(0, 2)).toEqual([
      `nothing to do: ${again.nothingToDo}`,
      'handover REVOKED',
    ]);
  });
});
