import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Faults } from '../../../../../lab/src/requests/faults.js';
import type { LoggedLine } from '../../../../../lab/src/requests/request-log.js';
import type { S3Server } from '../../../../../lab/src/servers/s3/server.js';
import type { HetznerAct } from '../../../../../src/hetzner/mutation.js';
import { applyBuckets, bucketMutations } from '../../../../../src/hetzner/purge/apply/buckets.js';
import {
  assertBucketsStillSelected,
  assertSameAccount,
  type BucketPlan,
  planBuckets,
} from '../../../../../src/hetzner/purge/plan/buckets.js';
import { createObjectStore } from '../../../../../src/tools/s3/s3.js';
import { freely } from '../../../../fakes/fake-world.js';
import { ours, type StorageRig, startStorage, strangers } from '../../../../fakes/storage-rig.js';

const fqdn = 'omantel.omani.works';
const signal = new AbortController().signal;
const mark = '.catalyst-sovereign.json';
const markOf = (sovereign: string) => JSON.stringify({ sovereign, consumer: 'loki', createdBy: 'catalyst' });

let store: StorageRig['store'];
let s3: S3Server;
let faults: Faults;
let lines: LoggedLine[];
let made: string[];
/** What was there long before the plan. */
const longAgo = new Date('2020-04-29T08:00:00Z');

/** A project as hand work and three Sovereigns left it. */
beforeEach(async () => {
  made = [];
  ({ s3, faults, lines, store } = await startStorage());
  const bucket = (name: string, owner: string, objects: Record<string, string>, versioned = false) => {
    const there = s3.storage.createBucket(name, owner);
    there.versioning = versioned ? 'Enabled' : undefined;
    for (const [key, body] of Object.entries(objects)) s3.putObject(name, key, body);
    return there;
  };
  bucket('omantel-velero', 'ours', { [mark]: markOf(fqdn), 'backups/1': 'x', 'backups/2': 'y' }, true);
  const velero = s3.storage.buckets.get('omantel-velero')!;
  s3.putObject('omantel-velero', 'backups/1', 'newer');
  s3.storage.remove(velero, 'backups/2');
  velero.uploads.set('u1', { key: 'big' });
  bucket('omantel-loki', 'ours', { [mark]: markOf(fqdn), ...many(40) });
  bucket('omantel-tempo', 'ours', { 'somebody/else': 'x' });
  bucket('omantel-dev-loki', 'ours', { [mark]: markOf('omantel.omani.works.dev') });
  bucket('holiday-photos', 'ours', { '1.jpg': 'x', [mark]: 'not json' });
  bucket('omantel-mimir', 'stranger', { [mark]: markOf(fqdn) });
  for (const there of s3.storage.buckets.values()) {
    there.created = longAgo;
    for (const version of [...there.objects.values()].flat()) version.modified = longAgo;
  }
});
afterEach(() => s3.close());

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`chunk/${n}`, 'x']));
const plan = (live = false) =>
  planBuckets(store(), ours.accessKey, { fqdn, expected: ['omantel-velero', 'omantel-loki', 'omantel-tempo'], live });
const journal =
  (writer = store()): HetznerAct =>
  (mutation, make, options) => {
    made.push(`${mutation.target.system}: ${mutation.sentence}`);
    return freely({ objectStore: async () => writer })(mutation, make, options);
  };
const plannedAt = '2020-05-01T08:00:00Z';
const apply = (planned: BucketPlan) =>
  applyBuckets({ store: store(), signal, act: journal(), fqdn, plannedAt, plan: 'p1' }, planned);
const buckets = () => [...s3.storage.buckets.keys()].sort();
const others = ['holiday-photos', 'omantel-dev-loki', 'omantel-mimir', 'omantel-tempo'];

describe('buckets of a purge', () => {
  it('are those with our mark, and their names say nothing', async () => {
    const planned = await plan();
    const said = Object.fromEntries(planned.rows.map(({ name, selected, reason }) => [name, `${selected}: ${reason}`]));
    expect(said['omantel-loki']).toMatch(/^true: its marker/);
    expect(said['omantel-velero']).toMatch(/^true/);
    expect(said['omantel-tempo']).toMatch(/^false: its name alone proves nothing/);
    expect(said['omantel-dev-loki']).toMatch(/^false: .*omantel\.omani\.works\.dev/);
    expect(said['holiday-photos']).toMatch(/^false/);
    expect(said['omantel-mimir']).toBeUndefined();
    const velero = planned.rows.find(({ name }) => name === 'omantel-velero');
    expect(velero?.implies.join()).toContain('5 versions of objects');
    expect((await plan(true)).rows.filter(({ selected }) => selected)).toEqual([]);
    expect(lines.filter(({ mutating }) => mutating)).toEqual([]);
  });

  it('go with every version, delete marker and unfinished upload, and the others stay', async () => {
    const planned = await plan();
    expect(await apply(planned)).toMatchObject({ deleted: ['omantel-velero', 'omantel-loki'], skipped: [], left: [] });
    expect(buckets()).toEqual(others);
    expect(made).toEqual(bucketMutations(planned).map(({ sentence }) => `s3: ${sentence}`));
    expect((await apply(planned)).deleted).toHaveLength(2);
    expect(made).toHaveLength(4);
  });

  it('are read whole, however long', async () => {
    for (const [key, body] of Object.entries(many(1001))) s3.putObject('omantel-loki', key, body);
    const pages: number[] = [];
    for await (const page of store().versions('omantel-loki')) pages.push(page.length);
    expect(pages).toEqual([1000, 2]);
  });

  it('stay when they changed since the plan', async () => {
    const planned = await plan();
    s3.putObject('omantel-loki', 'chunk/new', 'x');
    s3.storage.buckets.delete('omantel-velero');
    s3.storage.createBucket('omantel-velero', 'ours');
    s3.putObject('omantel-velero', mark, markOf(fqdn));
    const { deleted, skipped } = await apply(planned);
    expect(deleted).toEqual([]);
    expect(skipped.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
      'omantel-velero: it is another bucket under the same name',
      'omantel-loki: chunk/new was written after the plan: the bucket is in use',
    ]);
    s3.putObject('omantel-loki', mark, markOf('other.example.org'));
    expect((await apply(planned)).skipped.at(-1)?.reason).toContain('marker now names other.example.org');
    s3.storage.remove(s3.storage.buckets.get('omantel-loki')!, mark);
    expect((await apply(planned)).skipped.at(-1)?.reason).toContain('lost its marker');
  });

  it('go too where the gateway brings back a version whose successor is deleted meanwhile', async () => {
    const planned = await plan();
    const underway = new Set<string>();
    const broughtBack: string[] = [];
    const writer = store();
    const gateway = {
      ...writer,
      async deleteVersion(name: string, version: { key: string; versionId: string }) {
        const { key } = version;
        if (underway.has(key)) broughtBack.push(key);
        underway.add(key);
        await writer.deleteVersion(name, version);
        underway.delete(key);
        // what was put there while the bucket was being listed
        if (key === 'chunk/7' && broughtBack.push(key) === 1) s3.putObject(name, key, 'again');
      },
    };
    const tools = { store: store(), signal, act: journal(gateway), fqdn, plannedAt, plan: 'p1' };
    expect((await applyBuckets(tools, planned)).left).toEqual([]);
    expect(broughtBack).toEqual(['chunk/7', 'chunk/7']);
    expect(buckets()).toEqual(others);
  });

  it('are gone on after any death, for the mark goes last', async () => {
    const planned = await plan();
    let deaths = 0;
    for (let dieAt = 1; dieAt < 130; dieAt += 9) {
      const dying = new AbortController();
      const store = createObjectStore({ endpoint: s3.endpoint, region: 'fsn1', signal: dying.signal, ...ours });
      let asked = 0;
      const watched = new Proxy(store, {
        get: (target, key) => {
          if (++asked === dieAt) dying.abort(new Error('killed'));
          return target[key as keyof typeof target];
        },
      });
      const tools = { store: watched, signal: dying.signal, act: journal(watched), fqdn, plan: 'p1' };
      const ended = await applyBuckets({ ...tools, plannedAt }, planned).catch(() => 'dead');
      if (ended === 'dead') deaths += 1;
      for (const name of ['omantel-loki', 'omantel-velero']) {
        const there = s3.storage.buckets.get(name);
        if (there && there.objects.size > 0) expect(there.objects.has(mark), `mark of ${name}`).toBe(true);
      }
    }
    expect(deaths).toBeGreaterThan(3);
    expect(await apply(planned)).toMatchObject({ skipped: [], left: [] });
    expect(buckets()).toEqual(others);
  });

  it('that an edited plan takes from others stop it, by name', async () => {
    const planned = await plan();
    const selection = { fqdn, expected: [], live: false };
    await expect(assertBucketsStillSelected(planned, store(), selection, [])).resolves.toBeUndefined();
    s3.storage.createBucket('empty', 'ours').created = longAgo;
    const again = await plan();
    const edited = { ...again, rows: again.rows.map((row) => ({ ...row, selected: true })) };
    const refusal = await assertBucketsStillSelected(edited, store(), selection, []).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'E2010', exitCode: 7 });
    for (const name of [...others.filter((one) => one !== 'omantel-mimir'), 'empty'])
      expect(String(refusal)).toContain(`bucket ${name}:`);
    const live = assertBucketsStillSelected(planned, store(), { ...selection, live: true }, []);
    await expect(live).rejects.toThrow(/live run/);
    // A purge that died between the mark and the bucket is on record.
    const [row] = again.rows.filter(({ name }) => name === 'empty');
    const taken = { ...again, rows: [{ ...row!, selected: true }] };
    await expect(assertBucketsStillSelected(taken, store(), selection, taken.rows)).resolves.toBeUndefined();
  });

  it('are told of when something keeps them', async () => {
    const denied = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>locked object</Message></Error>';
    const fault = { kind: 'status' as const, status: 403, body: denied };
    faults.add({ server: 's3', method: 'DELETE', path: '/omantel-velero/backups/*', fault });
    const { deleted, left } = await apply(await plan());
    expect(deleted).toEqual(['omantel-loki']);
    expect(left).toMatchObject([{ name: 'omantel-velero', reason: expect.stringContaining('AccessDenied') }]);
    expect(s3.storage.buckets.get('omantel-velero')?.objects.has(mark)).toBe(true);
  });

  it('need the keys of the plan', async () => {
    const planned = await plan();
    expect(() => assertSameAccount(planned, store(), ours.accessKey)).not.toThrow();
    expect(() => assertSameAccount(planned, store(strangers), strangers.accessKey)).toThrow(
      expect.objectContaining({ code: 'E2007', exitCode: 7 }),
    );
  });
});
