/**
 * Backups of CloudNativePG by barman, in-tree (cloudnative-pg v1.30.0, docs/src/appendixes/backup_barmanobjectstore.md): a first write-ahead
 * log wants an empty archive, a base backup has what the database holds, and a recovery begins from the newest one.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import { type Bucket, openBucket } from '../../components/buckets.js';
import { secretValue } from '../flux/flux-ready.js';
import type { ReconcileContext, Rule } from '../reconciler.js';
import type { Program } from '../workloads/programs/programs.js';

const CLUSTER = 'postgresql.cnpg.io/v1/Cluster';
const OPERATOR = /cloudnative-pg/;
const firstLog = 'wals/0000000100000000/000000010000000000000001.gz';

/** What each database holds: one value, by the UID of its Cluster. One that is made again begins empty. */
const held = new WeakMap<object, Map<string, string>>();
/** Clusters whose first log is archived, by UID. */
const archiving = new WeakMap<object, Set<string>>();

const of = <T>(kept: WeakMap<object, T>, lab: ReconcileContext, make: () => T): T => {
  const found = kept.get(lab.store) ?? make();
  kept.set(lab.store, found);
  return found;
};
const valuesIn = (lab: ReconcileContext) => of(held, lab, () => new Map<string, string>());
const keyOf = ({ metadata }: KubeObject) => `${metadata.uid}`;

interface ObjectStore {
  destinationPath: string;
  serverName?: string;
  s3Credentials: Record<'accessKeyId' | 'secretAccessKey', { name: string; key: string }>;
}

/** @throws what is missing of it */
async function archiveAt(
  store: ObjectStore,
  namespace: string,
  server: string,
  lab: ReconcileContext,
): Promise<Bucket> {
  const storage = lab.world.objectStorage;
  if (!storage) throw new Error('this lab has no Object Storage');
  const [, bucket = '', folder = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(store.destinationPath) ?? [];
  const read = ({ name, key }: { name: string; key: string }) => {
    const value = secretValue(lab, namespace, name, key);
    if (value === undefined) throw new Error(`while getting secret ${name}: key ${key} is not there`);
    return value;
  };
  const { accessKeyId, secretAccessKey } = store.s3Credentials;
  const keys = { accessKey: read(accessKeyId), secretKey: read(secretAccessKey) };
  const prefix = [folder.replace(/\/$/, ''), store.serverName ?? server].filter(Boolean).join('/');
  return openBucket({ ...storage, ...keys }, bucket, `${prefix}/`);
}

const ownArchive = (cluster: KubeObject, lab: ReconcileContext): Promise<Bucket> =>
  archiveAt(cluster.spec.backup.barmanObjectStore, `${cluster.metadata.namespace}`, cluster.metadata.name, lab);

/** Undefined where it archives, or is not to; else why it does not. */
export async function whyNotArchiving(cluster: KubeObject, lab: ReconcileContext): Promise<string | undefined> {
  const begun = of(archiving, lab, () => new Set<string>());
  if (!cluster.spec.backup?.barmanObjectStore || begun.has(`${cluster.metadata.uid}`)) return undefined;
  try {
    const archive = await ownArchive(cluster, lab);
    if ((await archive.list('wals/')).length > 0)
      return 'unexpected failure invoking barman-cloud-wal-archive: Expected empty archive';
    await archive.put(firstLog, Buffer.from('log'));
    begun.add(`${cluster.metadata.uid}`);
    return undefined;
  } catch (error) {
    return `unexpected failure invoking barman-cloud-wal-archive: ${messageOf(error)}`;
  }
}

/** True once a Cluster that begins from a backup has what the backup held. One that begins empty has it at once. */
export async function isRecovered(cluster: KubeObject, lab: ReconcileContext): Promise<boolean> {
  const source = cluster.spec.bootstrap?.recovery?.source;
  if (source === undefined || valuesIn(lab).has(keyOf(cluster))) return true;
  const from = ((cluster.spec.externalClusters ?? []) as { name: string; barmanObjectStore?: ObjectStore }[]).find(
    (one) => one.name === source,
  );
  if (!from?.barmanObjectStore) return false;
  try {
    const archive = await archiveAt(from.barmanObjectStore, `${cluster.metadata.namespace}`, source, lab);
    const newest = (await archive.list('base/')).sort().at(-1);
    const base = newest === undefined ? undefined : await archive.get(newest);
    if (base === undefined) return false;
    valuesIn(lab).set(keyOf(cluster), base.toString());
    return true;
  } catch {
    return false;
  }
}

export const cnpgBackups: Rule[] = [
  {
    name: 'cnpg Backup',
    kind: 'postgresql.cnpg.io/v1/Backup',
    operator: OPERATOR,
    async reconcile(backup, lab) {
      if (['completed', 'failed'].includes(backup.status?.phase) || backup.metadata.deletionTimestamp) return;
      const cluster = lab.store.get(CLUSTER, backup.metadata.namespace, backup.spec.cluster?.name);
      if (cluster?.status?.phase !== 'Cluster in healthy state') return { againMs: 500 };
      const reason = await whyNotArchiving(cluster, lab);
      const at = lab.clock.now().toISOString();
      try {
        if (!cluster.spec.backup?.barmanObjectStore || reason) throw new Error(reason ?? 'no backup section defined');
        const archive = await ownArchive(cluster, lab);
        await archive.put(
          `base/${at.replace(/\D/g, '')}/data.tar`,
          Buffer.from(valuesIn(lab).get(keyOf(cluster)) ?? ''),
        );
        await lab.setStatus(backup, { phase: 'completed', startedAt: at, stoppedAt: at, method: 'barmanObjectStore' });
      } catch (error) {
        await lab.setStatus(backup, { phase: 'failed', error: messageOf(error) });
      }
      return undefined;
    },
  },
  {
    name: 'cnpg ScheduledBackup',
    kind: 'postgresql.cnpg.io/v1/ScheduledBackup',
    operator: OPERATOR,
    async reconcile(scheduled, lab) {
      if (!scheduled.spec.immediate || scheduled.status?.lastScheduleTime || scheduled.metadata.deletionTimestamp)
        return;
      const { name, namespace } = scheduled.metadata;
      const at = lab.clock.now().toISOString();
      await lab.apply({
        apiVersion: 'postgresql.cnpg.io/v1',
        kind: 'Backup',
        metadata: { name: `${name}-${at.replace(/\D/g, '').slice(0, 14)}`, namespace },
        spec: { cluster: scheduled.spec.cluster, method: scheduled.spec.method ?? 'barmanObjectStore' },
      });
      await lab.setStatus(scheduled, { lastScheduleTime: at, lastCheckTime: at });
    },
  },
];

/** @throws what psql says when nothing answers */
function databaseAt(uri: string, lab: ReconcileContext): string {
  const [, name = '', namespace] = /@([^.:/]+)-rw\.([^.:/]+)/.exec(uri) ?? [];
  const cluster = lab.store.get(CLUSTER, namespace, name);
  if (!cluster) throw new Error(`psql: error: could not translate host name in ${uri.replace(/:[^:@]*@/, ':…@')}`);
  return keyOf(cluster);
}

/** Probe Jobs that speak to a database. */
export const databasePrograms: Record<string, Program> = {
  'pg-write': ({ env, lab }) => {
    valuesIn(lab).set(databaseAt(env['DATABASE_URL'] ?? '', lab), env['VALUE'] ?? '');
    return {};
  },
  'pg-read': ({ env, lab }) => ({ value: valuesIn(lab).get(databaseAt(env['DATABASE_URL'] ?? '', lab)) ?? '' }),
};
