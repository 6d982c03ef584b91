/** What is listed and does not lower the verdict, and what each kind of world has of a black start. */
import { expect, it } from 'vitest';
import { judgeBlackStart } from '../../../../src/verification/black-start/judge.js';
import { type BlackStartSeen, classesOf } from '../../../../src/verification/black-start/seen.js';
import { verdictOf } from '../../../../src/verification/dod/item.js';

const nothing: BlackStartSeen = {
  ...{ engine: 'none', asked: false, offMs: 60_000, recoverMs: 1_800_000 },
  ...{ nodes: {}, databases: [], probes: {}, problems: [] },
};
const verdict = (seen: BlackStartSeen) =>
  verdictOf(
    [
      { id: 'D1', status: 'pass' },
      { id: 'D23', ...judgeBlackStart(seen) },
    ],
    undefined,
    true,
  );

it('is left out where nobody asked for it, and that does not lower the verdict', () => {
  expect(judgeBlackStart(nothing)).toMatchObject({
    status: 'left-out',
    reason: expect.stringMatching(/--black-start/),
  });
  expect(verdict(nothing)).toBe('PASS');
});

it('is left out on clusters that exist, whose machines are nobody’s to power off', () => {
  const existing: BlackStartSeen = { ...nothing, engine: 'kubeconfig', asked: true };
  expect(judgeBlackStart(existing)).toMatchObject({
    status: 'left-out',
    reason: expect.stringMatching(/^not in this world/),
  });
});

it.each<[string, BlackStartSeen, string]>([
  ['an emulated lab cannot leave it out', { ...nothing, engine: 'emulated' }, 'PARTIAL'],
  ['neither can one on the engines', { ...nothing, engine: 'kubernetes' }, 'PARTIAL'],
  ['asked for and not done', { ...nothing, asked: true, none: 'w9 is no server of this Sovereign' }, 'PARTIAL'],
  [
    'a cycle in the start order is found before anything is powered off',
    { ...nothing, asked: true, order: { waves: [], cycles: ['a → b → a'] } },
    'FAIL',
  ],
])('%s', (_what, seen, expected) => expect(verdict(seen)).toBe(expected));

it('claims nothing that a world does not have', () => {
  expect(classesOf('none')).toMatchObject({
    'servers off and on': 'done',
    'pulls by the nodes themselves': 'not denied',
  });
  expect(new Set(Object.values(classesOf('emulated')))).toEqual(new Set(['emulated', 'not in this world']));
  expect(classesOf('kubernetes')).toMatchObject({
    'API server, etcd and controllers': 'done',
    'servers off and on': 'emulated',
  });
});
