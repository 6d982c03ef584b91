/** What a killed black start has left is found in the journal alone, and put back once. */
import { expect, it } from 'vitest';
import type { JournalEntry } from '../../../../src/engine/journal-entry.js';
import { foldJournal } from '../../../../src/engine/journal-state.js';
import type { Server } from '../../../../src/hetzner/api/types.js';
import { leftOff, powerOnLeft } from '../../../../src/verification/black-start/left-off.js';
import type { Adapters } from '../../../../src/world/gate/writers.js';
import { fakeGate, fakeWorld } from '../../../fakes/fake-world.js';
import { orderedClock } from '../../../fakes/ordered-clock.js';
import { memoryCluster } from '../../handover/rig.js';

type Line = readonly ['off' | 'on', string, 'ok' | 'fail' | 'died'];

/** A line a second. */
function journal(...lines: readonly Line[]): JournalEntry[] {
  let at = 0;
  const entry = (kind: string, op: string, name: string, sentence: string) => ({
    ...{ seq: at, prev: '', run: 'r', kind, op, step: 'dod', at: new Date(1000 * at++).toISOString() },
    ...{ target: { system: 'hetzner', kind: 'server', name }, inputs: { sentence } },
  });
  return lines.flatMap(([power, name, end], index) => {
    const one = [`op${index}`, name, `power ${power} server ${name}`] as const;
    return end === 'died' ? [entry('begin', ...one)] : [entry('begin', ...one), entry(end, ...one)];
  }) as unknown as JournalEntry[];
}

it.each<[string, Line[], string[]]>([
  ['nothing', [], []],
  [
    'off and on',
    [
      ['off', 'cp1', 'ok'],
      ['on', 'cp1', 'ok'],
    ],
    [],
  ],
  [
    'killed while off',
    [
      ['off', 'cp1', 'ok'],
      ['off', 'w1', 'ok'],
    ],
    ['cp1', 'w1'],
  ],
  ['killed before the answer of the power-off', [['off', 'cp1', 'died']], ['cp1']],
  ['a power-off that Hetzner refused', [['off', 'cp1', 'fail']], []],
  [
    'a power-on without an answer',
    [
      ['off', 'cp1', 'ok'],
      ['on', 'cp1', 'died'],
    ],
    ['cp1'],
  ],
  [
    'off again after an earlier start',
    [
      ['off', 'cp1', 'ok'],
      ['on', 'cp1', 'ok'],
      ['off', 'cp1', 'ok'],
    ],
    ['cp1'],
  ],
])('%s', (_what, lines, left) => {
  expect(leftOff(foldJournal(journal(...lines)))).toEqual(left);
});

const server = (name: string, status: Server['status'], id: number) => ({ id, name, status }) as Server;

it('powers on what is still off, and leaves what somebody has started or what nobody of ours has powered off', async () => {
  const servers = [server('cp1', 'off', 1), server('w1', 'running', 2), server('other', 'off', 3)];
  const made: string[] = [];
  const hetzner = {
    list: async () => servers,
    settle: async () => undefined,
    act: async (_type: string, id: number, action: string) => {
      made.push(`${action} ${id}`);
      return [];
    },
  };
  const { kube } = memoryCluster([]);
  const world = fakeWorld({
    clock: orderedClock(),
    hetzner: async () => hetzner as never,
    kube: async () => kube,
  });
  const { context } = fakeGate({ hetzner: async () => hetzner } as unknown as Adapters);
  const reports: string[] = [];
  await powerOnLeft(world, context.undo.act, {
    entries: journal(['off', 'cp1', 'ok'], ['off', 'w1', 'ok']),
    report: (line) => reports.push(line),
  });
  expect(made).toEqual(['poweron 1']);
  expect(reports).toEqual(['an earlier run left cp1 powered off: powering on']);
});
