/** A repair keeps what is whole, puts the rest aside, and does nothing of it unconfirmed. */
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { repairJournal } from '../../../../src/actions/journal/repair.js';
import { inspectJournal, readJournal } from '../../../../src/actions/session/read-journal.js';
import { type ActionRig, actionRig } from '../../../fakes/action-context.js';

const fqdn = 'omantel.omani.works';
let rig: ActionRig;
const path = () => join(rig.stateDir, 'journal.jsonl');
const asides = () => readdirSync(rig.stateDir).filter((name) => name.startsWith('journal.jsonl.'));

beforeEach(async () => {
  rig = actionRig();
  (await rig.context.journal()).append({ kind: 'note' });
  await rig.end();
});

describe('journal repair', () => {
  it('has nothing to do where nothing is wrong', async () => {
    expect(await repairJournal(rig.context, fqdn)).toEqual({ kept: 3, repaired: false });
    expect(rig.asked).toEqual([]);
  });

  it('cuts off what is damaged, keeps a copy, and the journal says so', async () => {
    appendFileSync(path(), 'torn\n');
    const before = readFileSync(path());
    const repaired = await repairJournal(rig.context, fqdn);
    expect(repaired).toMatchObject({ kept: 3, repaired: true, aside: expect.stringContaining('2026-11-22T10-00-00') });
    expect(readFileSync(repaired.aside!)).toEqual(before);
    expect(rig.noted).toEqual([repaired.problem]);
    const entries = readJournal(rig.stateDir);
    expect(entries.slice(3).map(({ kind }) => kind)).toEqual(['repaired', 'sealed']);
    expect(entries[3]?.inputs).toMatchObject({ code: 'E4008', kept: 3 });
  });

  it.each([
    ['unconfirmed', {}, undefined],
    ['in a dry-run', { dryRun: true }, fqdn],
  ])('changes nothing %s', async (_what, options, confirm) => {
    appendFileSync(path(), 'torn\n');
    Object.assign(rig.context.options, options);
    const ended = await repairJournal(rig.context, confirm).catch(({ code }) => code);
    expect(confirm ? ended.repaired : ended).toBe(confirm ? false : 'E4006');
    expect(asides()).toEqual([]);
    expect(inspectJournal(rig.stateDir).problem?.code).toBe('E4008');
  });

  it('accepts that a journal is gone, without a copy of nothing', async () => {
    rmSync(path());
    rmSync(join(rig.stateDir, 'journal.head.json'));
    expect(await repairJournal(rig.context, fqdn)).toEqual({
      ...{ kept: 0, repaired: true, aside: undefined },
      problem: expect.stringContaining('are missing'),
    });
    expect(asides()).toEqual([]);
    expect(readJournal(rig.stateDir).map(({ kind }) => kind)).toContain('repaired');
  });

  it('never makes the journal of another Sovereign that of this one', async () => {
    const other = actionRig();
    const journal = await other.context.journal();
    journal.append({ kind: 'bound', inputs: { fqdn: 'otech.omani.works' } });
    await other.end();
    await expect(repairJournal(other.context, fqdn)).rejects.toMatchObject({ code: 'E4030' });
    expect(other.asked).toEqual([]);
  });

  it('leaves no copy behind when a run works on it', async () => {
    const there = actionRig();
    await there.context.journal();
    appendFileSync(join(there.stateDir, 'journal.jsonl'), 'torn\n');
    await expect(repairJournal(there.context, fqdn)).rejects.toMatchObject({ exitCode: 9 });
    expect(readdirSync(there.stateDir).filter((name) => name.startsWith('journal.jsonl.'))).toEqual([]);
    await there.end();
  });
});
