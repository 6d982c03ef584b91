import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../../lab/src/hetzner/lab-hetzner.js';
import type { Faults } from '../../../lab/src/requests/faults.js';
import type { LoggedLine } from '../../../lab/src/requests/request-log.js';
import type { S3Server } from '../../../lab/src/servers/s3/server.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { applyPurge } from '../../../src/hetzner/purge/apply/apply.js';
import { assertApplicable } from '../../../src/hetzner/purge/plan/applicable.js';
import { takeInventory } from '../../../src/hetzner/purge/plan/inventory.js';
import { makePurgePlan } from '../../../src/hetzner/purge/plan/plan.js';
import { noUnfinishedPurges } from '../../../src/hetzner/purge/plan/unfinished.js';
import { credentialProbes } from '../../../src/walk/credentials/credential-probes.js';
import { fakeGate, fakeWorld, freely } from '../../fakes/fake-world.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';
import { ours, type StorageRig, startStorage, strangers } from '../../fakes/storage-rig.js';

const signal = new AbortController().signal;
const clock = hurriedClock();
const selection = { fqdn: 'omantel.omani.works', includeLive: false, zones: false, snapshots: false, unprotect: [] };

let lab: HetznerLab;
let store: StorageRig['store'];
let s3: S3Server;
let faults: Faults;
let lines: LoggedLine[];

beforeEach(async () => {
  const storage = await startStorage();
  ({ s3, faults, lines, store } = storage);
  lab = await createHetznerLab({ log: storage.log, faults, actionMs: 2 });
});
afterEach(() => Promise.all([lab.close(), s3.close()]));

const apiWith = (token: string) => createHetznerApi({ token, endpoint: lab.endpoint, signal, clock });
const probe = (id: string, given: Parameters<typeof fakeWorld>[0]) =>
  credentialProbes(fakeWorld(given)).find((one) => one.id === id)!;
const writes = () => lines.filter(({ mutating }) => mutating);

describe("Hetzner's token", () => {
  it.each([63, 65])('of %i letters is refused before it is sent anywhere, and is not told', (length) => {
    const token = 'k'.repeat(length);
    const made = () => createHetznerApi({ token, signal });
    expect(made).toThrow(expect.objectContaining({ code: 'E2003', exitCode: 4 }));
    expect(made).toThrow(`has ${length} characters`);
    expect(made).not.toThrow(token);
  });

  it('of 64 letters is taken, as is any word that another endpoint gave out', () => {
    expect(createHetznerApi({ token: 'k'.repeat(64), signal }).endpoint).toBe('https://api.hetzner.cloud/v1');
    expect(apiWith('short').endpoint).toBe(lab.endpoint);
    for (const token of ['', '  ', 'two words', 'tab\there'])
      expect(() => apiWith(token)).toThrow(expect.objectContaining({ code: 'E2003' }));
  });

  it('that is wrong ends every command at once with exit 4', async () => {
    const wrong = apiWith('w'.repeat(64));
    await expect(makePurgePlan(wrong, selection, new Date())).rejects.toMatchObject({ code: 'E2003', exitCode: 4 });
    expect(lines.every(({ status }) => status === 401)).toBe(true);
  });

  it('that may only read plans, and is told from one that may write', async () => {
    const reader = apiWith(lab.readOnlyToken);
    expect((await makePurgePlan(reader, selection, new Date())).resources.length).toBeGreaterThan(10);
    const given = { api: reader, clock, signal };
    await expect(
      probe('hetzner', given).run(fakeGate({ hetzner: async () => reader }, signal).context.act),
    ).rejects.toMatchObject({
      code: 'E2003',
      exitCode: 4,
      message: expect.stringContaining('can read but not write'),
    });
    expect(writes()).toEqual([]);
    const writer = { api: apiWith(lab.token), clock, signal };
    expect(
      await probe('hetzner', writer).run(fakeGate({ hetzner: async () => writer.api }, signal).context.act),
    ).toContain('writes');
  });

  it('that may only read ends a purge at the first refusal, and nothing is gone', async () => {
    const reader = apiWith(lab.readOnlyToken);
    const plan = await makePurgePlan(reader, selection, new Date());
    const act = freely({ hetzner: async () => reader });
    const before = (await takeInventory(reader)).server.length;
    await expect(
      applyPurge({ unfinished: noUnfinishedPurges, api: reader, clock, signal, act }, plan),
    ).rejects.toMatchObject({
      code: 'E2003',
      exitCode: 4,
    });
    expect((await takeInventory(reader)).server).toHaveLength(before);
  });

  it('of another project, or of the same name elsewhere, applies no plan', async () => {
    const plan = await makePurgePlan(apiWith(lab.token), selection, new Date());
    const limits = { now: new Date(), maxAgeMs: 3_600_000, max: 100 };
    expect(() => assertApplicable(plan, apiWith(lab.token), limits)).not.toThrow();
    const refused = expect.objectContaining({ code: 'E2007', exitCode: 7 });
    expect(() => assertApplicable(plan, apiWith(lab.strangersToken), limits)).toThrow(refused);
    expect(() => assertApplicable(plan, apiWith(lab.readOnlyToken), limits)).toThrow(refused);
    const elsewhere = createHetznerApi({ token: lab.token, endpoint: 'http://127.0.0.1:9/v1', signal });
    expect(() => assertApplicable(plan, elsewhere, limits)).toThrow(refused);
  });
});

describe('Object Storage keys', () => {
  const given = (objectStore = store()) => ({ clock, signal, objectStore: async () => objectStore });
  const answer = (code: string, status = 403) => ({
    kind: 'status' as const,
    status,
    body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`,
  });

  it('that list but cannot write are told from keys that work, and nothing is left behind', async () => {
    const act = fakeGate(given(), signal).context.act;
    expect(await probe('object-storage', given()).run(act)).toContain('puts, gets, deletes');
    expect([...s3.storage.buckets.keys()]).toEqual([]);
    faults.add({ server: 's3', method: 'PUT', path: '/*/*', fault: answer('AccessDenied') });
    const refused = probe('object-storage', given()).run(fakeGate(given(), signal).context.act);
    await expect(refused).rejects.toMatchObject({ code: 'E2302', exitCode: 4 });
    expect([...s3.storage.buckets.keys()]).toEqual([]);
  });

  describe('of another project', () => {
    const mark = '{"sovereign":"omantel.omani.works"}';
    const bucket = (name: string, owner: string, marked: boolean) => {
      s3.storage.createBucket(`omantel-test-${name}`, owner);
      if (marked) s3.putObject(`omantel-test-${name}`, '.catalyst-sovereign.json', mark);
    };
    const run = (keys = ours, act = fakeGate(given(store(keys)), signal).context.act) =>
      probe('object-storage', given(store(keys))).run(act);

    it("are refused by the buckets that are not theirs, before anything is written, and the project's own pass", async () => {
      for (const name of ['harbor', 'velero']) bucket(name, 'ours', true);
      for (const act of [undefined, fakeGate(given(store(strangers)), signal).context.act]) {
        await expect(probe('object-storage', given(store(strangers))).run(act)).rejects.toMatchObject({
          code: 'E2302',
          exitCode: 4,
          message: expect.stringMatching(/omantel-test-harbor, omantel-test-velero.*another project/),
        });
      }
      expect(writes()).toEqual([]);
      expect(await run()).toContain('of the project that has 2 of the 8 buckets of omantel.omani.works');
    });

    it("are refused as #371 refuses where one bucket is theirs and one is not, or is another Sovereign's", async () => {
      bucket('harbor', 'ours', true);
      bucket('loki', 'stranger', false);
      await expect(run()).rejects.toMatchObject({ code: 'E2303', exitCode: 7, message: /loki.*403/ });
      s3.storage.buckets.delete('omantel-test-loki');
      bucket('tempo', 'ours', false);
      s3.putObject('omantel-test-tempo', '.catalyst-sovereign.json', '{"sovereign":"other.example.org"}');
      await expect(run()).rejects.toMatchObject({ code: 'E2303', message: /other\.example\.org/ });
      expect(writes()).toEqual([]);
    });

    it('pass while no bucket is there to tell them by, and it is said that this was not checked', async () => {
      expect(await run(strangers)).toContain('project not checked');
    });
  });

  it('that are wrong are not taken for a missing bucket', async () => {
    s3.storage.createBucket('there', 'ours');
    const wrong = store({ ...ours, secretKey: 'wrong' });
    await expect(wrong.listBuckets()).rejects.toMatchObject({ code: 'E2302', exitCode: 4 });
    expect(await wrong.bucket('there')).not.toBe('absent');
  });

  it('meet a name that a stranger took between the look and the making', async () => {
    s3.storage.createBucket('taken', 'stranger');
    await expect(store().createBucket('taken')).rejects.toMatchObject({
      code: 'E2303',
      exitCode: 7,
      message: expect.stringContaining('Somebody else'),
    });
  });

  it('and a wrong clock of this machine is named as that', async () => {
    faults.add({ server: 's3', fault: answer('RequestTimeTooSkewed') });
    await expect(probe('object-storage', given()).run(undefined)).rejects.toMatchObject({
      code: 'E2301',
      message: expect.stringContaining('clock of this machine'),
      actions: [expect.stringContaining('timedatectl')],
    });
  });
});
