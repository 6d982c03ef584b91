/** D20 by a rehearsal: what `verify dod` finds by itself is believed in nothing that it cannot derive anew. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireThrowaway } from '../../../../src/actions/rehearsal/require-free.js';
import type { NewEntry } from '../../../../src/engine/journal.js';
import type { JournalEntry } from '../../../../src/engine/journal-entry.js';
import { openSigner } from '../../../../src/evidence/signing.js';
import type { HetznerApi } from '../../../../src/hetzner/api/api.js';
import type { Resource, ResourceType } from '../../../../src/hetzner/api/types.js';
import { throwawayOf } from '../../../../src/sovereign/spec/checks/throwaway.js';
import type { Sovereign } from '../../../../src/sovereign/spec/schema.js';
import { checkReprovision } from '../../../../src/verification/dod/checks/reprovision.js';
import type { Scope } from '../../../../src/verification/dod/scope.js';
import { verifyBundle } from '../../../../src/verification/dod/verify-bundle.js';
import { rehearsalSteps as ids, keptSovereign, stageOf } from '../../../../src/verification/rehearsal/cycle.js';
import { fakeWorld, omantel } from '../../../fakes/fake-world.js';
import {
  change,
  clockAt as clock,
  identity,
  keeper,
  type Made,
  proof,
  rehearsed,
  rehearsedAt,
  walked,
} from '../../../fakes/rehearsed.js';

const day = 86_400_000;

interface Present {
  now?: string;
  key?: string;
  sovereign?: Sovereign;
  resources?: Partial<Record<ResourceType, unknown[]>>;
  buckets?: Record<string, string>;
  parent?: { name: string; type: string; ttl: number; records: { content: string; disabled: boolean }[] }[];
  reprovision?: string;
}

/** D20 as it is asked later, in the world as it is then. */
function ask(made: { stateDir: string; key: string }, present: Present = {}) {
  const { now = '2026-11-22T10:00:00.000Z', key = made.key, resources = {}, buckets = {}, parent = [] } = present;
  const api = { list: async (type: ResourceType) => (resources[type] ?? []) as Resource[] } as unknown as HetznerApi;
  const marks = Object.entries(buckets);
  const world = fakeWorld({
    clock: clock(now),
    hetzner: async () => api,
    sovereign: present.sovereign ?? omantel(),
    stateDir: made.stateDir,
    identity: async () => identity,
    evidenceKeyOf: async (fqdn) => (fqdn === 'test.omani.works' ? key : undefined),
    mother: async () => emptyCluster,
    dns: async () =>
      ({ rcode: 'NOERROR', authoritative: true, answers: [], authorities: [], additionals: [] }) as never,
    objectStore: async () =>
      ({
        buckets: async () => marks.map(([name]) => ({ name, created: now })),
        get: async (name: string) => Buffer.from(JSON.stringify({ sovereign: buckets[name] })),
      }) as never,
    http: async ({ url }) => {
      if (url.includes('/pool/')) return answer(200, { allocations: [] });
      if (url.endsWith('/zones')) return answer(200, [{ name: 'omani.works.' }]);
      return url.includes('/zones/test.omani.works')
        ? answer(404, {})
        : answer(200, { name: 'omani.works.', rrsets: parent });
    },
  });
  world.kept.set('powerdns-api-key', 'key-of-the-name-server');
  const steps = walked.map((id) => ({ id, phase: 0 }));
  const options = { lab: true, windowMs: 1, egressMs: 1, maxRehearsalAgeMs: 30 * day };
  return checkReprovision({
    world: { ...world },
    steps,
    options,
    reprovision: present.reprovision,
    verifyBundle,
  } as unknown as Scope);
}

/** It serves kinds, and has nothing of any. */
const emptyCluster = {
  server: 'https://mother',
  list: async () => [],
  get: async () => undefined,
  raw: async (path: string) => ({
    status: 200,
    body: JSON.stringify(path === '/apis' ? { groups: [] } : { resources: [] }),
  }),
} as never;

const answer = (status: number, body: unknown) => ({ status, headers: {}, text: JSON.stringify(body) }) as never;
const label = { 'catalyst.openova.io/sovereign': 'test.omani.works' };

describe('a rehearsal, for D20', () => {
  it('is found by itself and passes: built, proven, wiped, and nothing of it there today', async () => {
    expect(await ask(await rehearsed())).toMatchObject({ status: 'pass', reason: /test\.omani\.works was built/ });
  });

  it('is not checked where none was made', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'catalyst-never-'));
    const never = await ask({ stateDir, key: '' });
    expect(never).toMatchObject({ status: 'not-checked' });
    expect(never.reason).toContain('catalyst rehearse');
  });

  it.each<[string, Made, Present, RegExp]>([
    ['is too old', {}, { now: '2026-12-21T10:00:00.000Z' }, /is 31 days old; at most 30 days count/],
    ['is of the future', {}, { now: '2026-11-19T10:00:00.000Z' }, /not in the past/],
    [
      'was of another spec',
      { sovereign: omantel({ workers: { type: 'cx43', count: 3 } }) },
      {},
      /spec of .* was another/,
    ],
    ['proves a step less', { without: ({ step }) => step === '#385' }, {}, /proves no #385/],
    ['took no state', { without: ({ step }) => step === ids.state }, {}, /does not prove the state/],
    ['ended in another state', { d1: 'fail' }, {}, /D1 did not pass/],
    [
      'deleted nothing',
      { without: ({ op }) => op?.startsWith('delete') === true },
      {},
      /deletes no server .*not wiped/,
    ],
    ['kept its buckets', { without: ({ step }) => step === ids.buckets }, {}, /proves no rehearsal-buckets/],
    ['never looked', { without: ({ step }) => step === ids.orphans }, {}, /no proof that nothing was left/],
    [
      'saw an orphan itself',
      { listing: { buckets: [{ name: 'b', owner: 'test.omani.works' }] } },
      {},
      /listing shows bucket b/,
    ],
    [
      'shows another listing than it proved',
      { listing: { mother: ['a Secret'] }, shown: { mother: [] } },
      {},
      /listing is not the one that its journal proves/,
    ],
    [
      'left a labeled volume that exists today',
      {},
      { resources: { volume: [{ id: 7, name: 'pvc-1', labels: label, created: rehearsedAt }] } },
      /there is now: volume pvc-1 \(7\)/,
    ],
    ['left a bucket that exists today', {}, { buckets: { x: 'test.omani.works' } }, /there is now: bucket x/],
    [
      'left its delegation',
      {},
      {
        parent: [{ name: 'test.omani.works.', type: 'NS', ttl: 300, records: [{ content: 'ns1.', disabled: false }] }],
      },
      /there is now: NS test\.omani\.works\./,
    ],
  ])('fails when it %s', async (_what, made, present, why) => {
    const { status, reason } = await ask(await rehearsed(made), present);
    expect({ status, reason }).toMatchObject({ status: 'fail', reason: expect.stringMatching(why) });
  });

  it('fails under another key, also when it is given by name', async () => {
    const made = await rehearsed();
    const { publicKey: key } = await openSigner(keeper());
    for (const reprovision of [undefined, made.bundle])
      expect(await ask(made, { key, reprovision })).toMatchObject({
        status: 'fail',
        reason: expect.stringContaining('not signed by this key'),
      });
  });
});

describe('an interrupted rehearsal', () => {
  const by = (command: string) => ({ run: command, kind: 'run-started', inputs: { command } }) as const;
  const changed = (run: string, verb: string) => ({ ...change(verb, 'cp1'), run });
  const begun: NewEntry[] = [by('rehearse'), changed('rehearse', 'create'), proof('cluster')];
  const wiping: NewEntry = { kind: 'step-started', step: ids.names };
  it.each<[string, NewEntry[], string]>([
    ['never began', [], 'new'],
    ['only read', [{ kind: 'run-started' }], 'new'],
    ['was being built', begun, 'building'],
    ['had its state taken', [...begun, proof(ids.state)], 'building'],
    ['was being wiped', [...begun, proof(ids.state), wiping, changed('rehearse', 'delete')], 'wiping'],
    ['was wiped and not signed', [...begun, proof(ids.state), wiping, proof(ids.orphans)], 'wiping'],
    ['was signed', [...begun, wiping, proof(ids.orphans), proof(ids.evidence)], 'new'],
    ['was signed, and the next was being built', [...begun, wiping, proof(ids.evidence), ...begun], 'building'],
  ])('that %s', (_when, entries, stage) => {
    expect(stageOf(entries as JournalEntry[])).toBe(stage);
    expect(keptSovereign(entries as JournalEntry[])).toBeUndefined();
  });

  // their journals say that something was begun, too: taken for a rehearsal, they would have been wiped at its end
  it.each<[string, NewEntry[], string, string | undefined]>([
    ['by the wizard', [by('wizard'), changed('wizard', 'create')], 'new', 'wizard'],
    ['by one ticket', [by('ticket run'), changed('ticket run', 'create')], 'new', 'ticket run'],
    [
      'after a rehearsal',
      [...begun, wiping, proof(ids.evidence), by('wizard'), changed('wizard', 'create')],
      'new',
      'wizard',
    ],
    ['in the middle of one', [...begun, by('phase run'), changed('phase run', 'create')], 'building', 'phase run'],
    [
      'and was cleaned up',
      [...begun, by('cluster destroy'), changed('cluster destroy', 'delete')],
      'building',
      undefined,
    ],
    ['with no run of steps', [changed('a probe', 'create')], 'new', undefined],
  ])('is none where a Sovereign was built %s', (_how, entries, stage, kept) => {
    expect(stageOf(entries as JournalEntry[])).toBe(stage);
    expect(keptSovereign(entries as JournalEntry[])).toBe(kept);
    const check = () => requireThrowaway(throwawayOf(omantel(), 'test'), entries as JournalEntry[]);
    if (kept === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(`catalyst ${kept} worked on it. Nothing was changed`);
  });
});

describe('the throwaway Sovereign', () => {
  it('has names and buckets of its own, and nothing else of its own', () => {
    const { metadata, spec } = throwawayOf(omantel(), 'test');
    const { spec: own } = omantel();
    expect({ name: metadata.name, fqdn: spec.fqdn, pool: spec.pool, prefix: spec.objectStorage.bucketPrefix }).toEqual({
      ...{ name: 'test', fqdn: 'test.omani.works', prefix: 'omantel-test-test' },
      pool: { domain: 'omani.works', subdomain: 'test' },
    });
    expect(spec.hetzner).toEqual(own.hetzner);
  });

  it.each(['omantel', 'Not a label', 'a'.repeat(64)])('cannot be called %s', (name) => {
    expect(() => throwawayOf(omantel(), name)).toThrow(expect.objectContaining({ code: 'E4035', exitCode: 7 }));
  });

  it('cannot be called so that its things have the names of those of the Sovereign', () => {
    const deeper = omantel();
    deeper.spec.fqdn = 'a.b.omani.works';
    expect(() => throwawayOf(deeper, 'a-b')).toThrow(/a-b is the name of a\.b\.omani\.works itself/);
    const cut = omantel({}, { objectStorage: { location: 'fsn1', bucketPrefix: `${'a'.repeat(35)}-test` } });
    expect(() => throwawayOf(cut, 'test')).toThrow(/its buckets would have the same names as those of omantel/);
  });

  it('cannot be called as the mother or a demo is', () => {
    const sovereign = omantel({}, { fqdn: 'omantel.openova.io', pool: { domain: 'openova.io', subdomain: 'omantel' } });
    expect(() => throwawayOf(sovereign, 'console')).toThrow(expect.objectContaining({ code: 'E4035', exitCode: 7 }));
  });
});
