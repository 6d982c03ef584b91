// Event streams of runs by how they end, each in two halves, with what its command adds at the end: `ending`, or an error.
const at = (seconds) => new Date(Date.UTC(2026, 10, 23, 14, 32, 10 + seconds));
const step = (id, title, phase, more = {}) => ({ id, title, phase, needs: [], ...more });
const gitea = step('#376', 'bp-gitea', 3, { expectedMs: 20_000 });
const keycloak = step('#377', 'bp-keycloak, a realm for the Sovereign', 3, { expectedMs: 30_000 });
const harbor = step('#383', 'bp-harbor on Hetzner Object Storage', 4, { needs: ['#376'], expectedMs: 40_000 });
const dod = step('dod', 'End-to-end run and Definition of Done', 8, { needs: ['#383'], expectedMs: 90_000 });

const started = (...steps) => ({ type: 'run-started', at: at(0), runId: '7f3c00aa', planHash: '91ab0000', steps });
const event = (type, one, more = {}) => ({ type, at: at(1), step: one, ...more });
const finished = (ok, more = {}) => ({ type: 'run-finished', at: at(41), ok, ms: 41_000, ...more });
const proven = (one) => [
  event('started', one),
  event('done', one, { ms: 6000, summary: 'a commit on a hidden branch came back' }),
];
const wait = event('waiting', keycloak, {
  reason: 'Deployment keycloak/keycloak 0/1: Pod Pending: hostPort 53 in use',
  deadline: at(600),
});
const part = (group, id, state, more = {}) => event('part', dod, { part: { group, id, state, ...more } });
const items = (state, note) => [
  part('item', 'D1', 'pass', { title: 'exactly the 24 Blueprints' }),
  part('item', 'D20', state, { title: 'wipe and re-provision', note }),
  part('moment', 'catalyst-api', 'running', { note: 'is down on the mother, the canary is red', until: new Date(Date.UTC(2100, 0)) }),
  part('probe', 'console', state === 'fail' ? 'fail' : 'pass'),
  part('moment', 'catalyst-api', 'pass', { note: 'is back, the canary is green', until: undefined }),
];
const result = { report: '/evidence/dod.html', bundle: '/evidence/dod.tar' };
const verdict = (code, word, why) => ({
  code,
  message: `${word} for omantel.omani.works: 1 of 2 items pass\nD20 wipe and re-provision: ${why}`,
  actions: ['catalyst rehearse'],
  data: { result: { verdict: word, ...result } },
});
const walk = [started(gitea, keycloak, harbor, dod), ...proven(gitea), event('started', keycloak), wait];
const walked = [event('done', keycloak, { ms: 9000, summary: 'a token' }), ...proven(harbor)];

export const endings = {
  done: {
    halves: [[started(gitea), event('started', gitea)], [...proven(gitea).slice(1), finished(true)]],
    ending: { about: '#376 bp-gitea', next: ['catalyst status'] },
  },
  PASS: {
    halves: [walk, [...walked, event('started', dod), ...items('pass'), event('done', dod, { ms: 20_000 }), finished(true)]],
    ending: { about: 'phases 0 to 8', verdict: 'PASS', ...result, next: ['catalyst status'] },
  },
  PARTIAL: {
    halves: [
      walk,
      [...walked, event('started', dod), ...items('not-checked', 'no rehearsal'), event('failed', dod, { ms: 9, error: 'PARTIAL' }), finished(false)],
    ],
    error: verdict('E6003', 'PARTIAL', 'not checked: there is no rehearsal'),
  },
  FAIL: {
    halves: [
      [started(dod), event('started', dod), ...items('fail', 'one orphan')],
      [event('failed', dod, { ms: 9, error: 'FAIL' }), finished(false)],
    ],
    error: verdict('E6001', 'FAIL', 'failed: one orphan'),
  },
  failed: {
    halves: [
      walk,
      [
        event('failed', keycloak, { ms: 9000, error: 'bucket is foreign' }),
        event('blocked', harbor, { reason: '#377 failed' }),
        event('blocked', dod, { reason: '#377 failed' }),
        finished(false),
      ],
    ],
    error: { code: 'E4009', message: '#377 bp-keycloak, a realm for the Sovereign: bucket is foreign', actions: ['catalyst resume'] },
  },
  interrupted: {
    halves: [walk, [event('interrupted', keycloak, { ms: 9000, reason: 'Interrupted.' }), finished(false, { interrupted: true })]],
    error: { code: 'E1901', message: 'Interrupted. Everything done so far is in the journal.', actions: ['catalyst resume'] },
  },
  resumed: {
    halves: [[...walk.slice(0, 1), event('skipped', gitea, { reason: 'it is there', ms: 3 }), ...walk.slice(3)], [...walked, ...proven(dod), finished(true)]],
    ending: { about: 'wizard, resumed', next: ['catalyst status'] },
  },
  'dry-run': {
    argv: ['--dry-run'],
    halves: [[event('mutation', gitea, { sentence: 'apply the folder bp-gitea' })], [event('mutation', harbor, { sentence: 'create a bucket' })]],
    ending: { about: 'phase 3 Data + State' },
  },
  'phase run': {
    halves: [walk.slice(0, 1).map(() => started(gitea, keycloak)).concat(walk.slice(1)), [event('done', keycloak, { ms: 9000 }), finished(true)]],
    ending: { about: 'phase 3 Data + State', next: ['catalyst phase run 4'] },
  },
  'verify dod': {
    halves: [
      [started(dod), event('started', dod), ...items('pass').slice(0, -1)],
      [...items('pass').slice(-1), event('done', dod, { ms: 9 }), finished(true)],
    ],
    ending: { verdict: 'PARTIAL', about: 'all 2 items that were chosen pass', ...result, next: ['catalyst verify dod'] },
  },
  rehearse: {
    halves: [walk, [...walked, ...proven(dod), finished(true)]],
    ending: { about: 'rehearsal: nothing of it is left', wiped: true, ...result, next: ['catalyst wizard'] },
  },
};
