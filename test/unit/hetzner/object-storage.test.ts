import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Faults } from '../../../lab/src/requests/faults.js';
import type { LoggedLine } from '../../../lab/src/requests/request-log.js';
import type { S3Server } from '../../../lab/src/servers/s3/server.js';
import { createProveObjectStorageStep } from '../../../src/walk/steps/prove-object-storage.js';
import { fakeGate, fakeWorld } from '../../fakes/fake-world.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';
import { ours, type StorageRig, startStorage, strangers } from '../../fakes/storage-rig.js';

const prefix = 'omantel-test';
const signal = new AbortController().signal;

let store: StorageRig['store'];
let s3: S3Server;
let faults: Faults;
let lines: LoggedLine[];

beforeEach(async () => {
  ({ s3, faults, lines, store } = await startStorage());
});
afterEach(() => s3.close());

const storage = (keys = ours) => ({ objectStore: async () => store(keys) });
const step = (keys = ours, runId = 'run-1') =>
  createProveObjectStorageStep(fakeWorld({ clock: hurriedClock(), signal, runId, ...storage(keys) }));

describe('#371', () => {
  it('makes, marks and proves a bucket per consumer, just as it planned, and then has nothing to do', async () => {
    const ticket = step();
    const gate = fakeGate(storage(), signal);
    const planned = (await ticket.plan(signal)).map(({ sentence }) => sentence);
    await ticket.run(gate.context);
    const proof = await ticket.proof(gate.context);
    expect(gate.made.map(({ sentence }) => sentence).sort()).toEqual(planned.sort());
    expect(proof.facts['buckets']).toHaveLength(8);
    expect(await ticket.isDone(gate.context)).toMatchObject({ done: true });
    for (const consumer of ['harbor', 'velero', 'loki', 'mimir', 'tempo', 'openbao', 'postgres', 'etcd']) {
      expect(s3.listObjects(`${prefix}-${consumer}`).map(({ key }) => key)).toEqual(['.catalyst-sovereign.json']);
    }
    const versioned = lines
      .filter(({ method, path }) => method === 'PUT' && path.includes('versioning'))
      .map(({ path }) => path.split(/[/?]/)[1]);
    expect(versioned.sort()).toEqual([`${prefix}-openbao`, `${prefix}-postgres`, `${prefix}-velero`]);
  });

  it('lets every bucket remove broken uploads, and replaced versions where they are kept; one without it is not done', async () => {
    const gate = fakeGate(storage(), signal);
    await step().run(gate.context);
    const rules = (consumer: string) => s3.storage.buckets.get(`${prefix}-${consumer}`)!.lifecycle!;
    expect(rules('harbor')).toContain('<DaysAfterInitiation>7</DaysAfterInitiation>');
    expect(rules('harbor')).not.toContain('NoncurrentDays');
    expect(rules('velero')).toContain('<NoncurrentDays>30</NoncurrentDays>');
    // as a Sovereign of an earlier version, or somebody in a console, leaves it
    delete s3.storage.buckets.get(`${prefix}-loki`)!.lifecycle;
    expect(await step().isDone(gate.context)).toEqual({ done: false });
    await expect(step().proof(gate.context)).rejects.toMatchObject({ code: 'E4009', message: /-loki/ });
    const [mutation, ...rest] = (await step().plan(signal)).filter(({ sentence }) => /remove/.test(sentence));
    expect([mutation?.target.name, rest]).toEqual([`${prefix}-loki`, []]);
    await step().run(gate.context);
    expect(await step().isDone(gate.context)).toMatchObject({ done: true });
  });

  it("touches neither a stranger's bucket nor one that holds something else of ours", async () => {
    s3.storage.createBucket(`${prefix}-loki`, 'stranger');
    await expect(step().plan(signal)).rejects.toMatchObject({ code: 'E2303', exitCode: 7, message: /403/ });
    s3.storage.buckets.delete(`${prefix}-loki`);
    s3.storage.createBucket(`${prefix}-tempo`, 'ours');
    s3.putObject(`${prefix}-tempo`, 'photos/1.jpg', 'x');
    await expect(step().plan(signal)).rejects.toMatchObject({ code: 'E2303', message: /no catalyst marker/ });
    s3.putObject(`${prefix}-tempo`, '.catalyst-sovereign.json', '{"sovereign":"other.example.org"}');
    await expect(step().run(fakeGate(storage(), signal).context)).rejects.toMatchObject({
      message: /other\.example\.org/,
    });
    expect(lines.filter(({ mutating }) => mutating)).toEqual([]);
  });

  it('waits while a new bucket is not visible everywhere', async () => {
    const missing = '<?xml version="1.0"?><Error><Code>NoSuchBucket</Code><Message>not yet</Message></Error>';
    const fault = { kind: 'status' as const, status: 404, body: missing };
    faults.add({ server: 's3', method: 'PUT', path: `/${prefix}-harbor/.catalyst*`, fault, count: 2 });
    const ticket = step();
    const gate = fakeGate(storage(), signal);
    await ticket.run(gate.context);
    expect(await ticket.isDone(gate.context)).toMatchObject({ done: true });
  });

  it('tells keys that can list but not write from keys that work', async () => {
    const gate = fakeGate(storage(), signal);
    await step().run(gate.context);
    const denied = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>read only</Message></Error>';
    faults.add({
      server: 's3',
      method: 'PUT',
      path: '/*.catalyst-probe-*',
      fault: { kind: 'status', status: 403, body: denied },
    });
    await expect(step().proof(gate.context)).rejects.toMatchObject({ code: 'E2302', exitCode: 4 });
  });

  it('names wrong keys and a wrong clock', async () => {
    await expect(store({ ...ours, secretKey: 'wrong' }).listBuckets()).rejects.toMatchObject({ code: 'E2302' });
    const skewed = '<?xml version="1.0"?><Error><Code>RequestTimeTooSkewed</Code><Message>clock</Message></Error>';
    // The SDK corrects its clock by the Date header and tries again; a second refusal is final.
    faults.add({ server: 's3', fault: { kind: 'status', status: 403, body: skewed } });
    await expect(store().listBuckets()).rejects.toMatchObject({ code: 'E2301', message: /clock of this machine/ });
  });

  it('sends no checksums that the gateway does not know, and reads long listings whole', async () => {
    s3.storage.createBucket('many', 'ours');
    for (let n = 0; n < 1200; n++) s3.putObject('many', `o/${String(n).padStart(4, '0')}`, 'x');
    expect(await store().list('many', 'o/')).toHaveLength(1200);
    await store().put('many', 'k', 'text');
    expect(Buffer.from((await store().get('many', 'k'))!).toString()).toBe('text');
    expect(await store().get('many', 'nothing')).toBeUndefined();
    await store().delete('many', 'k');
    expect(await store().bucket('nowhere')).toBe('absent');
    expect(await store(strangers).bucket('many')).toBe('foreign');
  });
});
