import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseJournal } from '../../../src/engine/journal-entry.js';
import { foldJournal } from '../../../src/engine/journal-state.js';
import type { Gate } from '../../../src/engine/journaled-gate.js';
import { throwIfFailed } from '../../../src/engine/runner.js';
import type { Step } from '../../../src/engine/step.js';
import { fail } from '../../../src/support/errors/errors.js';
import { fakeStep, mutationOf, type NoWriters, open, openGate, runAll, temporaryJournal } from './rig.js';

const world = () => ({ made: [] as string[], proofs: [] as string[] });

test('phases gate each other and needs order steps inside a phase', async () => {
  const w = world();
  const steps = [fakeStep(w, 'late', 2), fakeStep(w, 'second', 1, ['first']), fakeStep(w, 'first', 1)];
  const { result } = await runAll(temporaryJournal(), steps);
  expect(result.ok).toBe(true);
  expect(w.made).toEqual(['first', 'second', 'late']);
});

test('a failure stops its dependents, not the others, and the run ends with the failure’s own code', async () => {
  const w = world();
  const steps = [
    fakeStep(w, 'bad', 1, [], () => fail('E2002', 'no servers left in fsn1')),
    fakeStep(w, 'child', 1, ['bad']),
    fakeStep(w, 'other', 1),
  ];
  const { result, entries } = await runAll(temporaryJournal(), steps);
  expect(w.made).toEqual(['other']);
  expect(result.blocked).toEqual([{ step: 'child', title: 'child', by: 'bad' }]);
  expect(entries.filter((entry) => entry.kind === 'step-failed').map((entry) => entry.step)).toEqual(['bad']);
  expect(() => throwIfFailed(result, new AbortController().signal)).toThrowError(
    expect.objectContaining({ code: 'E2002', exitCode: 6 }),
  );
});

test('an unproven prerequisite outside the run refuses with exit 7; --force goes on and keeps the reason', async () => {
  const w = world();
  const all = [fakeStep(w, 'a', 1), fakeStep(w, 'b', 2)];
  const path = temporaryJournal();
  await expect(runAll(path, [all[1]!], { all })).rejects.toMatchObject({
    code: 'E4001',
    exitCode: 7,
    data: { unmet: ['a'] },
  });
  expect(w.made).toEqual([]);
  const { entries, result } = await runAll(path, [all[1]!], { all, force: 'drill' });
  expect(result.ok).toBe(true);
  expect(entries.find((entry) => entry.kind === 'forced')?.inputs).toEqual({ reason: 'drill', steps: ['b'] });
});

test('what comes at the end of a run comes before it is finished, also when a step failed, and not after an interrupt', async () => {
  const w = world();
  const path = temporaryJournal();
  const kinds: string[] = [];
  const atEnd = async () => void kinds.push(...parseJournal(readFileSync(path), path).entries.map(({ kind }) => kind));
  await runAll(path, [fakeStep(w, 'bad', 1, [], () => fail('E2002', 'none left'))], { atEnd });
  expect(kinds).toContain('step-failed');
  expect(kinds).not.toContain('run-finished');
  kinds.length = 0;
  await runAll(temporaryJournal(), [fakeStep(w, 'a', 1)], { atEnd, signal: AbortSignal.abort() });
  expect(kinds).toEqual([]);
});

test('a second run does nothing again, and a fresh one takes the proof again', async () => {
  const w = world();
  const path = temporaryJournal();
  const steps = [fakeStep(w, 'a', 1)];
  await runAll(path, steps);
  const second = await runAll(path, steps, {}, 'r2');
  expect(second.writes).toBe(0);
  expect(second.events.some((event) => event.type === 'skipped')).toBe(true);
  expect(w.proofs).toEqual(['a']);
  await runAll(path, steps, { fresh: true }, 'r3');
  expect(w.proofs).toEqual(['a', 'a']);
});

test('a failed proof leaves the step unproven although its change was made', async () => {
  const w = world();
  const step = { ...fakeStep(w, 'a', 1), proof: async () => Promise.reject(fail('E4009', 'PING was not answered')) };
  const { result, entries } = await runAll(temporaryJournal(), [step]);
  expect(result.failed.map((failure) => failure.step)).toEqual(['a']);
  expect(entries.some((entry) => entry.kind === 'proof')).toBe(false);
});

test('an aborted run starts nothing new and ends as interrupted', async () => {
  const w = world();
  const controller = new AbortController();
  const first = fakeStep(w, 'a', 1);
  const steps = [
    {
      ...first,
      proof: async () => {
        controller.abort();
        return { summary: '', facts: {} };
      },
    },
    fakeStep(w, 'b', 1, ['a']),
  ];
  const { result } = await runAll(temporaryJournal(), steps, { signal: controller.signal });
  expect(w.made).toEqual(['a']);
  expect(() => throwIfFailed(result, controller.signal)).toThrowError(expect.objectContaining({ exitCode: 130 }));
});

test('what a step changed for a while is put back also after an interrupt, as long as that may take', async () => {
  const w = world();
  const [interrupt, over] = [new AbortController(), new AbortController()];
  const [put, back, never] = ['put', 'back', 'never'].map((name) => mutationOf(name));
  const step: Step<NoWriters> = {
    ...fakeStep(w, 'a', 1),
    run: async ({ act, undo }) => {
      await act(put!, async () => w.made.push('put'));
      try {
        interrupt.abort(fail('E1901', 'Interrupted.'));
        await act(never!, async () => w.made.push('never'));
      } finally {
        await undo.act(back!, async () => w.made.push('back'));
        over.abort(new Error('a minute is over'));
        await expect(undo.act(never!, async () => w.made.push('never'))).rejects.toThrow('a minute is over');
      }
    },
  };
  const { result, entries } = await runAll(temporaryJournal(), [step], {
    signal: interrupt.signal,
    undoSignal: over.signal,
  });
  expect(w.made).toEqual(['put', 'back']);
  expect(entries.filter(({ kind }) => kind === 'ok').map(({ inputs }) => inputs?.['sentence'])).toEqual([
    put!.sentence,
    back!.sentence,
  ]);
  expect(() => throwIfFailed(result, interrupt.signal)).toThrowError(expect.objectContaining({ exitCode: 130 }));
});

test('a step that destroys what others proved ends their proofs: what needs them does not start', async () => {
  const w = world();
  const path = temporaryJournal();
  const cluster = fakeStep(w, 'cluster', 1);
  const late = fakeStep(w, 'late', 2, ['cluster']);
  await runAll(path, [cluster]);
  const { entries } = await runAll(path, [{ ...fakeStep(w, 'destroy', 1), voids: ['cluster'] }]);
  expect([...foldJournal(entries).proofs.keys()]).toEqual(['destroy']);
  await expect(runAll(path, [late], { all: [cluster, late] })).rejects.toMatchObject({ code: 'E4001' });
  expect(w.made).toEqual(['cluster', 'destroy']);
});

test('the gate refuses a protected object before the journal knows of it', async () => {
  const journal = open(temporaryJournal());
  const gate = openGate({ journal, protects: () => 'sme is protected.' });
  const { act, undo } = gate.forStep({ id: 's', phase: 7 });
  await expect(act(mutationOf('x'), async () => Promise.reject(new Error('was called')))).rejects.toMatchObject({
    code: 'E4004',
    exitCode: 7,
  });
  await expect(undo.act(mutationOf('x'), async () => 'made')).rejects.toMatchObject({ code: 'E4004' });
  expect(journal.entries).toEqual([]);
});

test('a mutation left in doubt is looked up by its operation id and adopted, or redone under the same id', async () => {
  const path = temporaryJournal();
  const first = open(path);
  const gateOf = (journal: typeof first) => openGate({ journal }).forStep({ id: 's', phase: 1 });
  const { act: lost } = gateOf(first);
  let id = '';
  await expect(
    lost(mutationOf('net'), async (_, operation) => {
      id = operation.id;
      throw new Error('socket hang up');
    }),
  ).rejects.toThrow('hang up');
  expect(first.entries.at(-1)?.kind).toBe('indoubt');
  first.close();

  const second = open(path);
  const { act } = gateOf(second);
  const adopted = await act(mutationOf('net'), async () => Promise.reject(new Error('made twice')), {
    recover: async (operationId) => (operationId === id ? 'found' : undefined),
  });
  expect(adopted).toBe('found');
  expect(second.entries.at(-1)).toMatchObject({ kind: 'ok', op: id });
  second.close();
});

test.each([
  ['E1901', 130],
  ['E1902', 130],
  ['E4003', 8],
] as const)('a run that was stopped ends with the reason: %s, exit %i', (code, exitCode) => {
  const reason = fail(code, 'Not finished within --timeout 1s.');
  const result = {
    ok: false,
    proven: [],
    doneBefore: [],
    failed: [{ step: '#374', title: '', error: new Error('cut off') }],
    blocked: [],
  };
  expect(() => throwIfFailed(result, AbortSignal.abort(reason))).toThrow(expect.objectContaining({ code, exitCode }));
});

test('tells the gate of which steps the changes cannot be undone', async () => {
  const w = world();
  const told: Record<string, boolean | undefined> = {};
  const { act } = openGate({ journal: open(temporaryJournal()) }).forStep({ id: 'x', phase: 0 });
  const gate: Gate<NoWriters> = {
    writes: 0,
    forStep: ({ id, irreversible }) => {
      told[id] = irreversible;
      return { act, undo: { act, signal: new AbortController().signal } };
    },
  };
  const steps = [
    fakeStep(w, 'harmless', 1),
    { ...fakeStep(w, 'purge', 1), destructive: 'deletes it' },
    { ...fakeStep(w, 'rotate', 1), irreversible: true as const },
  ];
  await runAll(temporaryJournal(), steps, { gate });
  expect(told).toEqual({ harmless: false, purge: true, rotate: true });
});
