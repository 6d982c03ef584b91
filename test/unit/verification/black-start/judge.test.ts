/** What is listed and does not lower the verdict, and what each kind of world has of a black start. */
import { describe, expect, it } from 'vitest';
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

describe('of what was seen', () => {
  const reach = (reached: boolean) => ({
    hosts: { 'github.com': { addresses: reached ? ['192.0.2.1'] : [], reached, direct: reached } },
    resolvers: {},
  });
  const block = { grade: 'L1', hosts: ['github.com'], allowed: [], before: reach(true), during: reach(false) };
  const whole = {
    ...{ engine: 'emulated', asked: true, offMs: 3000, recoverMs: 120_000, problems: [], audit: [] },
    order: { waves: [['bp-cilium']], cycles: [] },
    block: { ...block, afterStart: reach(false), after: reach(true) },
    off: { from: 1000, to: 4000, servers: { cp1: 'off' }, answered: [] },
    recoveredAt: 12_000,
    nodes: { cp1: { before: 'boot-1', after: 'boot-2' } },
    pods: { total: 9, notReady: [], ranOn: [] },
    seal: { type: 'static', initialized: true, sealed: false },
    databases: [{ name: 'gitea/gitea-pg', ready: 1, wanted: 1 }],
    ...{ probes: { gitea: '' }, reconciled: 'everything reconciled' },
  } as unknown as BlackStartSeen;
  const judged = (change: object) => judgeBlackStart({ ...whole, ...change } as BlackStartSeen);

  it('everything back by itself passes', () => {
    expect(judged({})).toMatchObject({ status: 'pass', reason: expect.stringMatching(/OpenBao unsealed \(static\)/) });
  });

  it.each<[string, object, RegExp]>([
    [
      'a server that stayed on',
      { off: { ...whole.off, servers: { cp1: 'running' } } },
      /^invalid: server cp1 was running, not off/,
    ],
    [
      'something that answered meanwhile',
      { off: { ...whole.off, answered: ['gitea'] } },
      /^invalid: gitea answered while/,
    ],
    [
      'a node that has not booted again',
      { nodes: { cp1: { before: 'b', after: 'b' } } },
      /^invalid: node cp1 has not booted/,
    ],
    [
      'Pods that ran on',
      { pods: { total: 9, notReady: [], ranOn: ['a', 'b', 'c', 'd', 'e', 'f'] } },
      /^invalid: a, b, c, d and 2 more ran on without a restart/,
    ],
    [
      'a block that did not hold',
      { block: { ...whole.block, during: reach(true) } },
      /still resolves although the block/,
    ],
    [
      'a block that ended with the start',
      { block: { ...whole.block, afterStart: reach(true) } },
      /still resolves after the start/,
    ],
    ['a block of which nobody knows', { block: { ...whole.block, afterStart: undefined } }, /was not seen$/],
    ['changes that could not be read', { audit: undefined }, /could not be read$/],
  ])('%s makes it invalid', (_what, change, reason) => {
    expect(judged(change)).toMatchObject({ status: 'fail', invalid: true, reason: expect.stringMatching(reason) });
  });

  it.each<[string, object, RegExp]>([
    ['not everything came back', { recoveredAt: undefined, pending: 'gitea is not Ready' }, /gitea is not Ready/],
    ['nobody looked whether it did', { recoveredAt: undefined }, /it was not looked at/],
    ['OpenBao stays sealed', { seal: { ...whole.seal, sealed: true } }, /^OpenBao stays sealed/],
    ['OpenBao is empty', { seal: { ...whole.seal, initialized: false } }, /^OpenBao is not initialized/],
    ['a person unsealed OpenBao', { seal: { ...whole.seal, type: 'shamir' } }, /^a person unsealed OpenBao/],
    ['OpenBao did not answer', { seal: undefined, unreadSeal: 'refused' }, /is not known: refused$/],
    ['OpenBao was not asked', { seal: undefined }, /is not known: it was not asked$/],
    ['a database lacks a replica', { databases: [{ name: 'a/b', ready: 1, wanted: 3 }] }, /^database a\/b has 1 of 3/],
    ['Pods are not Ready', { pods: { total: 9, notReady: ['a/b'], ranOn: [] } }, /^not Ready: a\/b$/],
    ['a probe is red', { probes: { gitea: 'status 503' } }, /^gitea: status 503$/],
    ['Flux has not reconciled', { reconciled: undefined }, /^Flux has not reconciled/],
    ['a person changed something', { audit: [{ what: 'ana scaled gitea', hand: true }] }, /^ana scaled gitea$/],
    [
      'the block is not lifted',
      { block: { ...whole.block, after: reach(false) } },
      /does not reach github\.com again$/,
    ],
    [
      'nobody knows whether it is',
      { block: { ...whole.block, after: undefined } },
      /does not reach github\.com again$/,
    ],
  ])('it fails when %s', (_what, change, reason) => {
    expect(judged(change)).toMatchObject({ status: 'fail', reason: expect.stringMatching(reason) });
  });

  it.each<[string, object]>([
    ['no server was powered off', { off: undefined }],
    ['no block was begun', { block: undefined }],
    ['no order is known', { order: undefined }],
    ['nothing outside was reached before', { block: { ...whole.block, before: reach(false) } }],
  ])('it is not checked when %s', (_what, change) => {
    expect(judged(change).status).toBe('not-checked');
  });
});
