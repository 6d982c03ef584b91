/** Backups and pushes of a Sovereign: what its objects say, what Harbor lists, and what lies in its buckets. */
import { renderTree } from '../../../src/blueprints/render/render.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { bucketName, objectStorageEndpoint } from '../../../src/sovereign/object-storage.js';
import { sha256 } from '../../../src/support/hash.js';
import {
  backupsInOwnBucket,
  databasesInOwnBucket,
  pushesInOwnBucket,
} from '../../../src/verification/dod/checks/own-buckets.js';
import { allOf } from '../../../src/verification/dod/item.js';
import type { World } from '../../../src/world/world.js';
import { type FakeKube, fakeKube } from '../../fakes/fake-kube.js';
import { fakeWorld } from '../../unit/walk/rig.js';
import type { Stage } from '../rigged-world.js';

export interface BucketsWorld {
  world: World;
  cluster: FakeKube;
  /** Keys by bucket, to be changed in place. */
  buckets: Map<string, Set<string>>;
  /** Manifests by `repository:tag`. */
  images: Map<string, string>;
  at(key: string): KubeObject;
}

const veleroObject = (kind: string, name: string, spec: object, status: object): KubeObject => ({
  apiVersion: 'velero.io/v1',
  kind,
  metadata: { namespace: 'velero', name },
  spec,
  status,
});

const blobKey = (digest: string) => `docker/registry/v2/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}/data`;

async function bucketsWorld(): Promise<BucketsWorld> {
  const cluster = fakeKube();
  const buckets = new Map<string, Set<string>>();
  const images = new Map<string, string>();
  const { world } = await fakeWorld({
    cluster,
    objectStore: async () =>
      ({
        list: async (bucket: string, prefix = '') =>
          [...(buckets.get(bucket) ?? [])].filter((key) => key.startsWith(prefix)).map((key) => ({ key, size: 1 })),
      }) as never,
    http: async ({ url }) => ({ headers: {}, ...registryAnswer(images, new URL(url)) }),
  });
  const { spec } = world.sovereign;
  const s3Url = objectStorageEndpoint(spec);
  cluster.put(
    veleroObject(
      'BackupStorageLocation',
      'default',
      { objectStorage: { bucket: bucketName(spec, 'velero') }, config: { s3Url } },
      { phase: 'Available' },
    ),
  );
  cluster.put(veleroObject('Backup', 'daily-1', { storageLocation: 'default' }, { phase: 'Completed' }));
  buckets.set(bucketName(spec, 'velero'), new Set(['backups/daily-1/velero-backup.json']));
  const archives = new Set<string>();
  for (const { files } of renderTree(world.sovereign, world.blueprints).folders)
    for (const object of files.flatMap(({ objects }) => objects))
      if (object.kind === 'Cluster' && object.spec?.backup) {
        cluster.put(structuredClone(object));
        const { serverName = object.metadata.name } = object.spec.backup.barmanObjectStore;
        archives.add(`${serverName}/wals/0000000100000000/000000010000000000000001.gz`);
      }
  buckets.set(bucketName(spec, 'postgres'), archives);
  cluster.put({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'harbor', name: 'harbor-admin' },
    data: { HARBOR_ADMIN_PASSWORD: Buffer.from('password').toString('base64') },
  });
  const layer = `sha256:${sha256('layer')}`;
  const manifest = JSON.stringify({ schemaVersion: 2, layers: [{ mediaType: 'x', digest: layer, size: 5 }] });
  images.set('library/app:1', manifest);
  buckets.set(bucketName(spec, 'harbor'), new Set([layer, `sha256:${sha256(manifest)}`].map(blobKey)));
  const at = (key: string) => cluster.objects.get(key)!;
  return { world, cluster, buckets, images, at };
}

function registryAnswer(images: ReadonlyMap<string, string>, { pathname }: URL): { status: number; text: string } {
  const names = [...images.keys()].map((name) => name.split(':') as [string, string]);
  const [, repository, what, tag] = /^\/v2\/(.+)\/(tags|manifests)\/(.+)$/.exec(pathname) ?? [];
  const json = (value: unknown) => ({ status: 200, text: JSON.stringify(value) });
  if (pathname === '/v2/_catalog') return json({ repositories: [...new Set(names.map(([name]) => name))] });
  if (what === 'tags') return json({ tags: names.filter(([name]) => name === repository).map(([, one]) => one) });
  const text = images.get(`${repository}:${tag}`);
  return text === undefined ? { status: 404, text: '' } : { status: 200, text };
}

export const onBackups: Stage<BucketsWorld> = {
  honest: bucketsWorld,
  judge: async (scope) => allOf([await backupsInOwnBucket(scope), await databasesInOwnBucket(scope)]),
};
export const onPushes: Stage<BucketsWorld> = { honest: bucketsWorld, judge: pushesInOwnBucket };
