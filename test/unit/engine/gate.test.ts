/** What the gate does around a change: what it asks before, what the journal has after, however the change ends. */
import { describe, expect, it } from 'vitest';
import { DryRunStop } from '../../../src/engine/dry-run.js';
import type { JournalEntry } from '../../../src/engine/journal-entry.js';
import type { ActingStep } from '../../../src/engine/journaled-gate.js';
import type { Mutation } from '../../../src/engine/mutation.js';
import { fail } from '../../../src/support/errors/errors.js';
import { mutationOf, open, openGate, type TestGateOptions, temporaryJournal } from './rig.js';

const step: ActingStep = { id: 's', phase: 1, ticket: '#1' };
const kindsOf = (entries: readonly JournalEntry[]) => entries.map(({ kind }) => kind);

/** A gate on a journal of its own, with what happened around its changes in order. */
function rig(more: Partial<TestGateOptions> = {}, path = temporaryJournal()) {
  const calls: string[] = [];
  const journal = open(path);
  journal.sealHead = async (reason) => void calls.push(`seal ${reason}`);
  const gate = openGate({
    journal,
    prepare: async (id, { target }) => void calls.push(`prepare ${id} ${target.name}`),
    ready: async ({ target }) => void calls.push(`ready ${target.name}`),
    onChange: () => void calls.push('change'),
    onMutation: (id, { sentence }) => void calls.push(`${id}: ${sentence}`),
    made: async ({ target }) => void calls.push(`made ${target.name}`),
    lend: () => ({ writers: {}, end: () => void calls.push('end') }),
    ...more,
  });
  const work = async () => void calls.push('work');
  return { path, calls, journal, gate, work, act: gate.forStep(step).act };
}

describe('a change', () => {
  it('is asked for, journaled, made, journaled again, and then its writers are worth nothing', async () => {
    const { act, calls, journal, gate, work } = rig();
    const effect = { field: 'spec.suspend', after: true };
    await act({ ...mutationOf('net'), effect }, work, { plan: 'abc' });
    expect(calls).toEqual([
      ...['prepare s net', 'ready net', 'change', 's: create network net', 'work', 'end', 'made net'],
    ]);
    expect(gate.writes).toBe(1);
    const inputs = { sentence: 'create network net', effect };
    const common = { phase: 1, step: 's', ticket: '#1', plan: 'abc', inputs };
    expect(journal.entries).toMatchObject([
      { ...common, kind: 'begin' },
      { ...common, kind: 'ok', op: journal.entries[0]!.op },
    ]);
  });

  it('needs nothing but protection, a journal and writers', async () => {
    const bare = { prepare: undefined, ready: undefined, onChange: undefined, onMutation: undefined, made: undefined };
    const { act, calls, journal, work } = rig(bare);
    await act(mutationOf('net'), work);
    expect([calls, kindsOf(journal.entries)]).toEqual([
      ['work', 'end'],
      ['begin', 'ok'],
    ]);
  });

  it.each([
    ['prepare', 'was not read'],
    ['ready', 'another cluster'],
    ['onChange', 'the budget is spent'],
  ])('is neither made nor journaled when %s refuses it', async (name, why) => {
    const refuse = () => {
      throw new Error(why);
    };
    const { act, calls, journal, gate, work } = rig({ [name]: name === 'onChange' ? refuse : async () => refuse() });
    await expect(act(mutationOf('net'), work)).rejects.toThrow(why);
    expect(calls).not.toContain('work');
    expect([journal.entries, gate.writes]).toEqual([[], 0]);
  });

  it('of a dry-run is checked like a real one and reported, and nothing is made', async () => {
    const { act, calls, journal, gate, work } = rig({ dryRun: true });
    await expect(act(mutationOf('net'), work)).rejects.toThrow(DryRunStop);
    expect(calls).toEqual(['prepare s net', 'ready net', 's: create network net']);
    expect([journal.entries, gate.writes]).toEqual([[], 0]);
    const silent = rig({ dryRun: true, onMutation: undefined });
    await expect(silent.act(mutationOf('net'), work)).rejects.toThrow(DryRunStop);
  });
});

describe('a change that failed', () => {
  const cases: [string, string, Error][] = [
    ['was refused', 'fail', fail('E2001', 'No such type.')],
    ['got an answer that says nothing', 'indoubt', fail('E2001', 'Bad gateway.', { data: { ambiguous: true } })],
    ['got no answer in time', 'indoubt', fail('E2001', 'No answer.', { data: { timedOut: true } })],
    ['lost its connection', 'indoubt', new Error('socket hang up')],
  ];
  it.each(cases)('because it %s is journaled as %s, with why', async (_, kind, error) => {
    const { act, calls, journal } = rig();
    await expect(act(mutationOf('net'), () => Promise.reject(error))).rejects.toBe(error);
    expect(journal.entries.at(-1)).toMatchObject({ kind, inputs: { message: error.message } });
    expect(calls.slice(-1)).toEqual(['end']);
  });

  it('because the disk is full is not journaled again: the journal could not be written', async () => {
    const { act, calls, journal } = rig();
    const full = fail('E1201', 'No space left on device.');
    await expect(act(mutationOf('net'), () => Promise.reject(full))).rejects.toBe(full);
    expect(kindsOf(journal.entries)).toEqual(['begin']);
    expect(calls.at(-1)).toBe('end');
  });

  it('in doubt and not found is made again under the same id; another change has an id of its own', async () => {
    const first = rig();
    await expect(first.act(mutationOf('net'), () => Promise.reject(new Error('hang up')))).rejects.toThrow();
    first.journal.close();
    const { act, calls, journal, work } = rig({}, first.path);
    const asked: string[] = [];
    const recover = async (id: string) => void asked.push(id);
    await act(mutationOf('net'), work, { recover });
    await act(mutationOf('other'), work, { recover });
    // it is in doubt no more
    await act(mutationOf('net'), work, { recover });
    const [op] = first.journal.entries.map((entry) => entry.op);
    expect(asked).toEqual([op]);
    const begun = journal.entries.filter(({ kind }) => kind === 'begin').map((entry) => entry.op);
    expect(begun.slice(0, 2)).toEqual([op, op]);
    expect(new Set(begun.slice(1)).size).toBe(3);
    expect(calls.filter((call) => call === 'work')).toHaveLength(3);
  });

  it('in doubt and found is adopted without being made, and counts as made', async () => {
    const first = rig();
    await expect(first.act(mutationOf('net'), () => Promise.reject(new Error('hang up')))).rejects.toThrow();
    first.journal.close();
    const { act, calls, journal, gate } = rig({}, first.path);
    const never = () => Promise.reject(new Error('made twice'));
    expect(await act(mutationOf('net'), never, { recover: async () => 'found' })).toBe('found');
    expect(journal.entries.at(-1)).toMatchObject({ kind: 'ok', inputs: { adopted: true } });
    expect([calls.at(-1), gate.writes]).toEqual(['made net', 0]);
  });

  it('for good, and not in doubt, is not looked for', async () => {
    const first = rig();
    await expect(first.act(mutationOf('net'), () => Promise.reject(fail('E2001', 'No.')))).rejects.toThrow();
    first.journal.close();
    const { act, work } = rig({}, first.path);
    await act(mutationOf('net'), work, { recover: () => Promise.reject(new Error('was looked for')) });
  });
});

describe('the head of the journal', () => {
  const sealsOf = async (acting: Partial<ActingStep>, ...mutations: Partial<Mutation>[]) => {
    const { gate, calls, work } = rig();
    const { act } = gate.forStep({ ...step, ...acting });
    for (const [index, mutation] of mutations.entries()) await act({ ...mutationOf(`${index}`), ...mutation }, work);
    return calls.filter((call) => call.startsWith('seal'));
  };

  it('is signed before the first change that cannot be undone, once a step', async () => {
    expect(await sealsOf({ irreversible: true }, { reversible: true }, { putsBack: true }, {}, {})).toEqual([
      'seal before: create network 2',
    ]);
  });

  it('is signed before a change that a person confirms, in whatever step', async () => {
    expect(await sealsOf({}, {}, { confirm: 'deletes it' })).toEqual(['seal before: create network 1']);
  });

  it('that cannot be signed leaves the change unmade', async () => {
    const { gate, journal, work, calls } = rig();
    journal.sealHead = () => Promise.reject(fail('E1101', 'No key.'));
    const { act } = gate.forStep({ ...step, irreversible: true });
    await expect(act(mutationOf('net'), work)).rejects.toMatchObject({ code: 'E1101' });
    expect(calls).not.toContain('work');
    expect(kindsOf(journal.entries)).toEqual(['begin', 'fail']);
  });
});
