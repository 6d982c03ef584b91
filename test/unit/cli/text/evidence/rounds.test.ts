import { expect, it } from 'vitest';
import type { History } from '../../../../../src/actions/evidence/history.js';
import type { RoundResult } from '../../../../../src/actions/verify/round.js';
import { historyBlocks, roundBlocks } from '../../../../../src/cli/text/evidence/rounds.js';
import { layOut } from '../../../../../src/cli/text/page.js';
import { plain } from '../../../../../src/cli/text/paint.js';

const shown = (blocks: Parameters<typeof layOut>[0]) =>
  layOut(blocks, { paint: plain, clean: (text) => text }).replaceAll(/ +$/gm, '');
const alarm = {
  ...{ key: 'Deployment shop/web console.openova.io', kind: 'tether' as const, where: 'Deployment shop/web' },
  ...{ what: 'names console.openova.io', breaks: 'its Pods', remedy: 'change it', grade: 'L1' as const },
  ...{ since: '2026-12-01T06:00:00.000Z', told: [] },
};

it('a round says first what came of it, then what is open, what was not looked at, and what never is', () => {
  const result = {
    ...{
      fqdn: 'omantel.omani.works',
      verdict: 'ALERT',
      grade: 'no grade; L1 is broken by one',
      bundle: '/e/round.tar',
    },
    alarms: [alarm, { ...alarm, key: 'probe gitea', where: 'gitea', what: 'answered 503', unseen: true }],
    ...{ returned: [alarm.key], cleared: [{ ...alarm, key: 'x', where: 'Secret a/b' }] },
    ...{ unlooked: ['secrets: forbidden'], never: [{ place: 'files of the nodes', why: 'not in this world' }] },
    ...{ looked: [{ ok: true }, { ok: false }], probes: [{ answer: 'green' }, { answer: 'failed' }] },
    deliveries: [{ channel: 'webhook', returned: ['x'], cleared: [], sent: true }],
  } as unknown as RoundResult;
  expect(shown(roundBlocks(result)).split('\n')).toEqual([
    'ALERT  omantel.omani.works',
    'STATE          BREAKS  SINCE                     WHERE                WHAT',
    'new            L1      2026-12-01T06:00:00.000Z  Deployment shop/web  names console.openova.io',
    'not looked at  L1      2026-12-01T06:00:00.000Z  gitea                answered 503',
    'gone           L1      2026-12-01T06:00:00.000Z  Secret a/b           names console.openova.io',
    'not looked at  secrets: forbidden',
    'never looked at  files of the nodes: not in this world',
    'sent to webhook: 1 new, 0 cleared',
    '  looked    1 place, 1 of 2 probes green',
    '  grade     no grade; L1 is broken by one, as far as a scan shows',
    '  evidence  /e/round.tar',
  ]);
});

it('a history has a line for each verdict and round', () => {
  const entry = { bundle: 'x', link: 'linked', checked: { valid: true, why: '' }, changes: [] };
  const history = {
    fqdn: 'omantel.omani.works',
    entries: [
      { ...entry, kind: 'dod', at: '2026-12-01T05:00:00.000Z', verdict: 'PASS', grade: 'L1', link: 'first' },
      {
        ...{ ...entry, kind: 'round', at: '2026-12-01T06:00:00.000Z', verdict: 'ALERT', grade: 'none' },
        changes: Array.from({ length: 5 }, (_, at) => ({ what: `w${at}`, before: 'not there', after: 'there' })),
      },
      {
        ...entry,
        kind: 'round',
        at: '2026-12-01T07:00:00.000Z',
        verdict: 'CLEAN',
        checked: { valid: false, why: 'changed' },
      },
      { ...entry, kind: 'round', at: '2026-12-01T08:00:00.000Z', verdict: 'CLEAN', link: 'broken' },
    ],
  } as unknown as History;
  expect(shown(historyBlocks(history)).split('\n')).toEqual([
    'omantel.omani.works: 4 bundles',
    'AT                        WHAT   RESULT  GRADE  CHANGED',
    '2026-12-01T05:00:00.000Z  dod    PASS    L1     the first',
    '2026-12-01T06:00:00.000Z  round  ALERT   none   w0: not there → there; w1: not there → there; w2: not there → there; and 2 more',
    '2026-12-01T07:00:00.000Z  round  CLEAN          NOT VERIFIED: changed',
    '2026-12-01T08:00:00.000Z  round  CLEAN          NOT VERIFIED: it names another predecessor than the one in this folder',
  ]);
});
