import { expect, it } from 'vitest';
import type { Journal, NewEntry } from '../../../../src/engine/journal.js';
import type { JournalEntry } from '../../../../src/engine/journal-entry.js';
import { mortalJournal, parseKillAt } from '../../../../src/verification/rehearsal/kill-at.js';

class Died extends Error {}

/** One walk of these entries, over and over, each time from the beginning, as a run that was killed goes on. */
function walk(steps: readonly NewEntry[], killAt: Parameters<typeof mortalJournal>[1], chance?: () => number) {
  const entries: JournalEntry[] = [];
  const journal = {
    entries,
    append(entry: NewEntry) {
      entries.push(entry as JournalEntry);
      return entry as JournalEntry;
    },
  } as unknown as Journal;
  const places: string[] = [];
  for (let runs = 0; runs < 100; runs++) {
    const mortal = mortalJournal(
      journal,
      killAt,
      () => {
        throw new Died();
      },
      chance,
    );
    try {
      mortal.append({ kind: 'run-started' });
      for (const step of steps) mortal.append(step);
      return places;
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      const { kind, step } = entries.at(-1)!;
      places.push(`${step} ${kind}`);
    }
  }
  throw new Error('it never ends');
}

const change = (step: string, sentence: string): NewEntry[] => [
  { kind: 'step-started', step },
  { kind: 'begin', step, inputs: { sentence } },
  { kind: 'ok', step, inputs: { sentence } },
];
const steps = [
  ...change('cluster', 'create server 4000001'),
  ...change('bp-cilium', 'install'),
  ...change('bp-cilium', 'install'),
];

it('a run is killed once at each entry, and ends', () => {
  expect(walk(steps, 'every')).toEqual([
    ...['step-started', 'begin', 'ok'].map((kind) => `cluster ${kind}`),
    ...['step-started', 'begin', 'ok'].map((kind) => `bp-cilium ${kind}`),
  ]);
});

it('at every N-th entry, counted over all runs', () => {
  expect(walk(steps, 4)).toEqual(['bp-cilium step-started']);
  expect(walk(steps, 2)).toEqual(['cluster begin', 'bp-cilium step-started', 'bp-cilium ok']);
});

it('at random', () => {
  const dice = [0.5, 0.05, 0.5, 0.09, 0.5, 0.5];
  expect(walk(steps, 'random', () => dice.shift() ?? 1)).toEqual(['cluster begin', 'bp-cilium step-started']);
});

it('ids that differ from run to run make no new entry', () => {
  let id = 4_000_000;
  const again: NewEntry[] = [
    {
      kind: 'begin',
      step: 'cluster',
      get inputs() {
        return { sentence: `delete server ${++id} and 0a1b2c3d4e` };
      },
    },
  ];
  expect(walk(again, 'every')).toEqual(['cluster begin']);
});

it('a rehearsal that has ended does not count for the next', () => {
  const ended: NewEntry[] = [...change('cluster', 'create'), { kind: 'proof', step: 'rehearsal-evidence' }];
  const entries = ended as JournalEntry[];
  const deaths: unknown[] = [];
  const journal = { entries, append: (entry: NewEntry) => entry } as unknown as Journal;
  mortalJournal(journal, 'every', () => void deaths.push(1)).append({ kind: 'step-started', step: 'cluster' });
  expect(deaths).toEqual([1]);
});

it.each(['0', '-1', '1.5', 'always', ''])('%s names no entries', (text) => {
  expect(() => parseKillAt(text)).toThrow(/names no entries/);
});
it('reads what can be typed', () => {
  expect(['every', 'random', '50'].map(parseKillAt)).toEqual(['every', 'random', 50]);
});
