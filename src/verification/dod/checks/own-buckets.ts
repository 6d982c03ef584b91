/** D8 and D9 beyond their tickets: where backups and pushes really are, by what lies in the Sovereign's own buckets. */
import type { Kube, KubeObject } from '../../../kubernetes/client/kube.js';
import { nameOf } from '../../../kubernetes/readiness.js';
import { secretValues } from '../../../kubernetes/secret-values.js';
import { bucketName, objectStorageEndpoint } from '../../../sovereign/object-storage.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { everyImage } from '../../../tools/oci/listing.js';
import type { World } from '../../../world/world.js';
import { type Answer, failed, passed } from '../item.js';
import type { Scope } from '../scope.js';

const velero = 'velero.io/v1';
const cnpg = 'postgresql.cnpg.io/v1';

/** Where something writes to, by its own words. */
interface Destination {
  /** `BackupStorageLocation velero/default`. */
  name: string;
  bucket?: string;
  endpoint?: string;
}

/** What was observed of Velero. */
export interface BackupsSeen {
  locations: Destination[];
  /** Those that Velero calls Completed, with the object that each must have. */
  backups: { name: string; key: string; there: boolean }[];
  objects: number;
}

/** Every location of Velero is the Sovereign's own bucket, and every backup that Velero calls Completed lies there. */
export async function backupsInOwnBucket({ world }: Pick<Scope, 'world'>): Promise<Answer> {
  const seen = await lookAtBackups(world);
  return { ...judgeBackups(seen, world.sovereign), evidence: seen };
}

async function lookAtBackups(world: World): Promise<BackupsSeen> {
  const own = bucketName(world.sovereign.spec, 'velero');
  const kube = await world.kube();
  const [locations, backups] = (await Promise.all(
    ['BackupStorageLocation', 'Backup'].map((kind) => kube.list({ apiVersion: velero, kind })),
  )) as [KubeObject[], KubeObject[]];
  const whole = backups.filter(({ metadata, status }) => status?.phase === 'Completed' && !metadata.deletionTimestamp);
  const store = await world.objectStore();
  const keys = new Set((await store.list(own)).map(({ key }) => key));
  return {
    locations: locations.map(({ metadata, spec }) => ({
      name: `BackupStorageLocation ${metadata.namespace}/${metadata.name}`,
      bucket: spec?.objectStorage?.bucket,
      endpoint: spec?.config?.s3Url,
    })),
    backups: whole.map(({ metadata, spec }) => {
      const location = locations.find((one) => one.metadata.name === (spec?.storageLocation ?? 'default'));
      const prefix = String(location?.spec.objectStorage?.prefix ?? '').replace(/^\/|\/$/g, '');
      const key = `${prefix ? `${prefix}/` : ''}backups/${metadata.name}/velero-backup.json`;
      return { name: metadata.name, key, there: keys.has(key) };
    }),
    objects: keys.size,
  };
}

/** Pure. */
export function judgeBackups({ locations, backups, objects }: BackupsSeen, sovereign: Sovereign): Answer {
  const own = bucketName(sovereign.spec, 'velero');
  if (locations.length === 0) return failed('Velero has no backup location');
  const elsewhere = locations.flatMap((one) => {
    const place = placeOf(sovereign, one, own);
    return place ? [`${one.name} writes to ${place}`] : [];
  });
  if (elsewhere.length > 0) return failed(elsewhere.join('; '));
  const missing = backups.filter(({ there }) => !there);
  if (missing.length > 0)
    return failed(`${own} does not have ${missing.map(({ name }) => `backup ${name}`).join(', ')}`);
  return passed(
    `${locations.length === 1 ? 'the backup location of Velero is' : `all ${locations.length} backup locations of Velero are`} ${own}, which has ${objects} objects${backups.length > 0 ? `, among them ${backups.length} backups` : ''}`,
  );
}

/** What was observed of the databases. */
export interface DatabasesSeen {
  /** Clusters that the tree wants backed up, and are not. */
  unsaved: string[];
  /** `key`: where its archive is; absent for a store that databases share. */
  archives: (Destination & { key?: string; there?: boolean })[];
}

/** Every database of the tree archives into the Sovereign's own bucket, which has its archive. */
export async function databasesInOwnBucket({ world }: Pick<Scope, 'world'>): Promise<Answer> {
  const seen = await lookAtDatabases(world);
  return { ...judgeDatabases(seen, world.sovereign), evidence: seen };
}

async function lookAtDatabases(world: World): Promise<DatabasesSeen> {
  const kube = await world.kube();
  const tree = (await world.tree()).folders.flatMap(({ files }) => files.flatMap(({ objects }) => objects));
  const isBackedUp = ({ apiVersion, kind, spec }: KubeObject) =>
    apiVersion === cnpg && kind === 'Cluster' && spec?.backup !== undefined;
  const [live, stores] = await Promise.all([
    kube.list({ apiVersion: cnpg, kind: 'Cluster' }),
    kube.list({ apiVersion: 'barmancloud.cnpg.io/v1', kind: 'ObjectStore' }),
  ]);
  const clusters = live.filter(({ metadata }) => metadata.namespace?.startsWith('catalyst-probes') !== true);
  const store = await world.objectStore();
  const keys = (await store.list(bucketName(world.sovereign.spec, 'postgres'))).map(({ key }) => key);
  const archives = [
    ...clusters.map((object) => ({ object, to: object.spec?.backup?.barmanObjectStore, server: object.metadata.name })),
    ...stores.map((object) => ({ object, to: object.spec?.configuration, server: undefined })),
  ].filter(({ to }) => to !== undefined);
  return {
    unsaved: tree
      .filter(isBackedUp)
      .filter((wanted) => !clusters.some((one) => nameOf(one) === nameOf(wanted) && one.spec?.backup !== undefined))
      .map(nameOf),
    archives: archives.map(({ object, to, server }) => {
      const [, bucket, folder = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(String(to.destinationPath)) ?? [];
      const name = nameOf(object);
      const where = { name, endpoint: to.endpointURL, ...(bucket === undefined ? {} : { bucket }) };
      if (server === undefined) return where;
      const key = `${[folder, to.serverName ?? server].filter(Boolean).join('/')}/`;
      return { ...where, key, there: keys.some((one) => one.startsWith(key)) };
    }),
  };
}

/** Pure. */
export function judgeDatabases({ unsaved, archives }: DatabasesSeen, sovereign: Sovereign): Answer {
  const own = bucketName(sovereign.spec, 'postgres');
  const problems = [
    ...unsaved.map((name) => `${name} is to be backed up, and is not`),
    ...archives.flatMap((one) => {
      const place = placeOf(sovereign, one, own);
      if (place) return [`${one.name} archives to ${place}`];
      return one.key !== undefined && !one.there ? [`${own} has nothing of ${one.name}`] : [];
    }),
  ];
  return problems.length > 0
    ? failed(problems.join('; '))
    : passed(`${archives.length} databases have their archive in ${own}`);
}

/** Undefined for the own bucket at the own endpoint, else what it is. */
function placeOf({ spec }: Sovereign, { bucket, endpoint }: Destination, own: string): string | undefined {
  if (bucket !== own) return `bucket ${bucket ?? 'none'}, not ${own}`;
  const wanted = objectStorageEndpoint(spec);
  const isSame = URL.canParse(String(endpoint)) && new URL(String(endpoint)).host === new URL(wanted).host;
  return isSame ? undefined : `bucket ${own} at ${endpoint ?? 'Amazon'}, not at ${wanted}`;
}

/** What was observed of Harbor. */
export interface PushesSeen {
  /** Every image that it lists, with those of its blobs that the bucket does not have. */
  images: { name: string; blobs: number; missing: string[] }[];
  /** In the bucket. */
  blobs: number;
}

/** Every image that Harbor lists lies in the Sovereign's own bucket, blob by blob. */
export async function pushesInOwnBucket({ world }: Pick<Scope, 'world'>): Promise<Answer> {
  const own = bucketName(world.sovereign.spec, 'harbor');
  const images = await everyImage(world.http, await harborOf(world, await world.kube()));
  const keys = (await (await world.objectStore()).list(own)).map(({ key }) => key);
  const kept = new Set(
    keys.flatMap((key) => /\/blobs\/sha256\/[0-9a-f]{2}\/([0-9a-f]{64})\/data$/.exec(key)?.[1] ?? []),
  );
  const seen: PushesSeen = {
    images: images.map(({ name, blobs }) => ({
      name,
      blobs: blobs.length,
      missing: blobs.filter((digest) => !kept.has(digest.slice('sha256:'.length))),
    })),
    blobs: kept.size,
  };
  return { ...judgePushes(seen, world.sovereign), evidence: seen };
}

/** Pure. */
export function judgePushes({ images, blobs }: PushesSeen, { spec }: Sovereign): Answer {
  const own = bucketName(spec, 'harbor');
  const missing = images.filter((one) => one.missing.length > 0);
  if (missing.length > 0)
    return failed(`${own} does not have all of ${missing.map(({ name }) => name).join(', ')}, which Harbor lists`);
  const seen =
    images.length === 0 ? 'Harbor lists no image' : `all ${images.length} images that Harbor lists are in ${own}`;
  return passed(`${seen}; it has ${blobs} blobs`);
}

async function harborOf({ sovereign }: World, kube: Kube) {
  const { HARBOR_ADMIN_PASSWORD: password } = await secretValues(kube, 'harbor', 'harbor-admin', [
    'HARBOR_ADMIN_PASSWORD',
  ]);
  const loginRemedy = 'kubectl -n harbor get secret harbor-admin';
  return { origin: `https://harbor.${sovereign.spec.fqdn}`, username: 'admin', password, loginRemedy };
}
