import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFaults, type Faults } from '../../../lab/src/requests/faults.js';
import { createRequestLog, type LoggedLine } from '../../../lab/src/requests/request-log.js';
import type { Account } from '../../../lab/src/servers/s3/server.js';
import { type S3Server, startS3 } from '../../../lab/src/servers/s3/server.js';
import { type KeyPair, rotateKeys } from '../../../src/actions/credentials/rotate.js';
import type { Session } from '../../../src/actions/session/session.js';
import { loadBlueprints } from '../../../src/blueprints/catalog/load.js';
import { type Journal, openJournal } from '../../../src/engine/journal.js';
import type { Kube, KubeObject } from '../../../src/kubernetes/client/kube.js';
import { type CredentialStore, createCredentialStore } from '../../../src/sovereign/credentials/credential-store.js';
import { bucketConsumers } from '../../../src/sovereign/object-storage.js';
import { fail } from '../../../src/support/errors/errors.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createObjectStore } from '../../../src/tools/s3/s3.js';
import { createGate, type OpenGate } from '../../../src/world/gate/gate.js';
import type { Adapters } from '../../../src/world/gate/writers.js';
import type { World } from '../../../src/world/world.js';
import { omantel } from '../../fakes/fake-world.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';

const oldKeys: KeyPair = { accessKey: 'OLDACCESSKEY', secretKey: 'old-secret-value' };
const newKeys: KeyPair = { accessKey: 'NEWACCESSKEY', secretKey: 'new-secret-value' };
const accounts: Account[] = [];
const blueprints = await loadBlueprints(join(import.meta.dirname, '../../../templates/blueprints'));

let home: string;
let s3: S3Server;
let faults: Faults;
let lines: LoggedLine[];
let objects: Map<string, KubeObject>;
let changes: string[];
/** Dies at that change of the cluster. */
let dieAt: number | undefined;
let hasCluster: boolean;

const keyOf = (kind: string, namespace: string | undefined, name: string) => `${kind} ${namespace}/${name}`;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'rotate-'));
  faults = createFaults();
  lines = [];
  changes = [];
  dieAt = undefined;
  hasCluster = true;
  const log = createRequestLog();
  log.listen((line) => lines.push(line));
  accounts.splice(0, 9, { ...oldKeys, name: 'ours' }, { ...newKeys, name: 'ours' });
  s3 = await startS3({ log, faults, region: 'fsn1', accounts });
  for (const consumer of bucketConsumers) s3.storage.createBucket(`omantel-test-${consumer}`, 'ours');
  objects = new Map();
  for (const { secrets } of blueprints) {
    for (const { namespace, name, keys } of secrets) {
      const data = Object.fromEntries(keys.map((key) => [key, Buffer.from(oldKeys.secretKey).toString('base64')]));
      put({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data });
    }
  }
  workload('Deployment', 'harbor', 'harbor-registry', { containers: [{ envFrom: [ref('harbor-object-storage')] }] });
  workload('Deployment', 'harbor', 'harbor-portal', { containers: [{}] });
  const secret = { secretName: 'velero-object-storage' };
  workload('DaemonSet', 'velero', 'node-agent', { containers: [{}], volumes: [{ secret }] });
  const valueFrom = { secretKeyRef: { name: 'openbao-object-storage' } };
  workload('StatefulSet', 'openbao', 'openbao', { initContainers: [{ env: [{ valueFrom }] }] });
});
afterEach(async () => {
  await s3.close();
  rmSync(home, { recursive: true, force: true });
});

const ref = (name: string) => ({ secretRef: { name } });
const put = (object: KubeObject) =>
  objects.set(keyOf(object.kind, object.metadata.namespace, object.metadata.name), object);
function workload(kind: string, namespace: string, name: string, pod: object) {
  const status = {
    updatedReplicas: 1,
    readyReplicas: 1,
    desiredNumberScheduled: 1,
    updatedNumberScheduled: 1,
    numberReady: 1,
  };
  put({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: { template: { metadata: {}, spec: pod } },
    status,
  });
}

function change(what: string) {
  if (changes.length + 1 === dieAt) throw new Error('killed');
  changes.push(what);
}
const kube = {
  server: 'https://kube',
  get: async ({ kind, namespace, name }: { kind: string; namespace?: string; name: string }) =>
    objects.get(keyOf(kind, namespace, name)),
  list: async ({ kind, namespace }: { kind: string; namespace?: string }) =>
    [...objects.values()].filter((one) => one.kind === kind && one.metadata.namespace === namespace),
  apply: async (applied: KubeObject[]) => {
    for (const object of applied) {
      change(`apply ${object.metadata.namespace}/${object.metadata.name}`);
      put(object);
    }
    return applied;
  },
  patch: async (at: { kind: string; namespace?: string; name: string }, patch: KubeObject) => {
    change(`patch ${at.namespace}/${at.name}`);
    const object = objects.get(keyOf(at.kind, at.namespace, at.name))!;
    object.spec.template.metadata = { ...object.spec.template.metadata, ...patch.spec.template.metadata };
    return object;
  },
  waitFor: async () => undefined,
} as unknown as Kube;

let opened: Journal | undefined;

/** A new process: everything but disk, S3 and cluster is new. */
function process(env: Record<string, string> = {}): { store: CredentialStore; session: Session } {
  const redactor = createRedactor();
  const signal = new AbortController().signal;
  const clock = hurriedClock();
  const store = createCredentialStore({
    dir: home,
    configDir: join(home, 'config'),
    env,
    redactor,
    now: () => new Date(),
  });
  const world = {
    sovereign: omantel(),
    clock,
    signal,
    redactor,
    credentials: store,
    runId: 'run-1',
    blueprints,
    stateDir: home,
    undoSignal: signal,
    tree: async () => ({ hash: 'tree' }),
    identity: async () => ({ kind: 'real' }),
    kube: async () => (hasCluster ? kube : Promise.reject(fail('E3101', 'no cluster'))),
    objectStore: async () => {
      const [accessKey, secretKey] = [await store.get('s3-access-key'), await store.get('s3-secret-key')];
      return createObjectStore({ endpoint: s3.endpoint, region: 'fsn1', signal, accessKey, secretKey });
    },
  } as unknown as World;
  // What the kernel does when a process dies.
  opened?.close();
  opened = undefined;
  const journal = async () => {
    opened ??= openJournal({ path: join(home, 'journal.jsonl'), runId: 'run-1', by: 'me@here', clock, redactor });
    return opened;
  };
  const openGate: OpenGate = (options) => createGate({ ...options, adapters: world as unknown as Adapters });
  const session = { world, openGate, emit: () => undefined, by: 'me@here', dryRun: false, journal };
  return { store, session: session as Session };
}
async function begun() {
  const { store } = process();
  await store.set('s3-access-key', oldKeys.accessKey);
  await store.set('s3-secret-key', oldKeys.secretKey);
  // a Secret with the keys may have other credentials beside them
  for (const name of ['hcloud-token', 'k3s-token'] as const) await store.set(name, `some-${name}`);
}
const rotate = (given?: KeyPair) => {
  const { session, store } = process();
  return rotateKeys(session, store, given);
};
const decoded = (namespace: string, name: string) =>
  JSON.stringify(
    Object.values((objects.get(keyOf('Secret', namespace, name))?.data ?? {}) as Record<string, string>).map((value) =>
      Buffer.from(value, 'base64').toString(),
    ),
  );
const consumers = [
  ...['harbor/harbor-object-storage', 'velero/velero-object-storage', 'openbao/openbao-object-storage'],
  ...['observability/observability-object-storage', 'kube-system/etcd-snapshots-object-storage'],
  'crossplane-system/object-storage-credentials',
  ...['gitea', 'harbor', 'keycloak', 'powerdns'].map((namespace) => `${namespace}/postgres-object-storage`),
];

describe('rotation of the Object Storage keys', () => {
  it('proves, writes, restarts what reads them and nothing else, and says how to revoke the old', async () => {
    await begun();
    const result = await rotate(newKeys);
    expect(result.proof).toContain('8 buckets');
    expect(result.secrets[0]).toBe('flux-system/object-storage');
    expect(result.secrets.slice(1).sort()).toEqual([...consumers].sort());
    expect(result.restarted.sort()).toEqual(
      ['Deployment harbor/harbor-registry', 'DaemonSet velero/node-agent', 'StatefulSet openbao/openbao'].sort(),
    );
    for (const secret of result.secrets) {
      const [namespace = '', name = ''] = secret.split('/');
      expect(decoded(namespace, name)).toContain(newKeys.secretKey);
      expect(decoded(namespace, name)).not.toContain(oldKeys.secretKey);
    }
    expect(result.oldKeys).toBe('accepted');
    expect(result.warnings.join()).toContain('Only a person can revoke them');
    const journal = readFileSync(join(home, 'journal.jsonl'), 'utf8');
    for (const secret of [newKeys.secretKey, oldKeys.secretKey])
      expect(journal + JSON.stringify(result)).not.toContain(secret);

    // A person revokes the old pair, and asks again.
    accounts.splice(0, 1);
    const before = changes.length;
    expect(await rotate()).toMatchObject({ oldKeys: 'refused', secrets: [], restarted: [], warnings: [] });
    expect(changes).toHaveLength(before);
    await expect(rotate()).rejects.toMatchObject({ code: 'E1302', message: /no rotation is in progress/ });
  });

  it('goes on after a death at any change, and ends the same', async () => {
    await begun();
    let deaths = 0;
    for (dieAt = 1; dieAt < 40; dieAt++) {
      const ended = await rotate(deaths === 0 ? newKeys : undefined).catch((error: unknown) => {
        if (!(error as Error).message.endsWith('killed')) throw error;
      });
      if (ended) {
        expect(ended.oldKeys).toBe('accepted');
        break;
      }
      deaths += 1;
    }
    expect(deaths).toBe(14);
    expect(new Set(changes).size).toBe(changes.length);
    expect(changes).toHaveLength(14);
  });

  it('changes nothing with keys that list but cannot write, of another project, or the same again', async () => {
    await begun();
    const denied = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>read only</Message></Error>';
    const fault = { kind: 'status' as const, status: 403, body: denied };
    const rule = faults.add({ server: 's3', method: 'PUT', path: '/*/.catalyst-probe-*', fault });
    await expect(rotate(newKeys)).rejects.toMatchObject({ code: 'E2302', exitCode: 4 });
    faults.clear(rule.id);
    accounts[1] = { ...newKeys, name: 'stranger' };
    await expect(rotate(newKeys)).rejects.toMatchObject({ code: 'E2302', message: /another project/ });
    await expect(rotate(oldKeys)).rejects.toMatchObject({ code: 'E1302', message: /already in use/ });
    expect(changes).toEqual([]);
    expect(await process().store.find('s3-access-key')).toBe(oldKeys.accessKey);
  });

  it('with the old keys revoked already, still tells keys of another project and keys that are none', async () => {
    await begun();
    accounts.splice(0, 2, { ...newKeys, name: 'stranger' });
    await expect(rotate(newKeys)).rejects.toMatchObject({ code: 'E2302', message: /another project/ });
    await expect(rotate({ accessKey: 'NOSUCHKEY', secretKey: 'x' })).rejects.toMatchObject({
      code: 'E2302',
      message: expect.not.stringMatching(/another project/),
    });
    expect(changes).toEqual([]);
    accounts.splice(0, 1, { ...newKeys, name: 'ours' });
    expect(await rotate(newKeys)).toMatchObject({ oldKeys: 'refused', proof: expect.stringContaining('8 buckets') });
  });

  it('does not undo itself when the environment still provides the old keys', async () => {
    await begun();
    await rotate(newKeys);
    const env = { AWS_ACCESS_KEY_ID: oldKeys.accessKey, AWS_SECRET_ACCESS_KEY: oldKeys.secretKey };
    const { session, store } = process(env);
    await expect(rotateKeys(session, store, undefined)).rejects.toMatchObject({
      message: /environment still provides/,
    });
    expect(decoded('harbor', 'harbor-object-storage')).toContain(newKeys.secretKey);
  });

  it('tells what it would do, and leaves alone what something else makes', async () => {
    await begun();
    const owner = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'harbor-s3', uid: 'u' };
    const sealed = {
      apiVersion: 'bitnami.com/v1alpha1',
      kind: 'SealedSecret',
      name: 'velero-object-storage',
      uid: 'v',
    };
    objects.get('Secret velero/velero-object-storage')!.metadata.ownerReferences = [sealed];
    objects.get('Secret harbor/harbor-object-storage')!.metadata.ownerReferences = [owner];
    const { session, store } = process();
    const told = await rotateKeys({ ...session, dryRun: true }, store, newKeys);
    expect(told.mutations).toContain('write the new Object Storage keys to Secret flux-system/object-storage');
    expect(lines.filter(({ mutating }) => mutating)).toEqual([]);
    expect(changes).toEqual([]);
    const done = await rotate(newKeys);
    expect(done.secrets).not.toContain('harbor/harbor-object-storage');
    // its SealedSecret is this very Secret, in Git
    expect(done.secrets).toContain('velero/velero-object-storage');
    expect(done.warnings.join()).toContain('ExternalSecret harbor-s3');
    const entries = readFileSync(join(home, 'journal.jsonl'), 'utf8').trim().split('\n');
    const said = entries.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'begin');
    expect(said.map(({ inputs }) => inputs.sentence)).toEqual(told.mutations);
  });

  it('keeps the keys for later when there is no cluster yet', async () => {
    await begun();
    hasCluster = false;
    const result = await rotate(newKeys);
    expect(result).toMatchObject({ secrets: [], restarted: [] });
    expect(result.warnings.join()).toContain('no cluster yet');
    expect(await process().store.find('s3-secret-key')).toBe(newKeys.secretKey);
  });
});
