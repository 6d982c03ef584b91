/** D8 and D9: pushes and backups are in the Sovereign's own buckets, by what lies there. */
import { fail, worldsOn } from '../rigged-world.js';
import { onBackups, onPushes } from '../stages/buckets.js';

const location = 'BackupStorageLocation velero/default';
const database = 'Cluster gitea/gitea-pg';

export const worlds = [
  ...worldsOn(onBackups, [
    {
      ...{ id: 'backup-location', item: 'D9', gap: 'the location is another bucket' },
      rigged: 'the location of Velero points to another bucket, in which its backups lie',
      expected: fail(/velero\/default writes to bucket elsewhere-velero/),
      rig({ at, buckets }) {
        at(location).spec.objectStorage.bucket = 'elsewhere-velero';
        buckets.set('elsewhere-velero', new Set(['backups/daily-1/velero-backup.json']));
      },
    },
    {
      ...{ id: 'backup-second-location', item: 'D9', gap: 'one location of several' },
      rigged: 'a second location of Velero, which is not the default one, is at another provider',
      expected: fail(/velero\/offsite writes to bucket .* at https:\/\/s3\.example\.com/),
      rig: ({ cluster, at }) =>
        cluster.put({
          ...structuredClone(at(location)),
          metadata: { namespace: 'velero', name: 'offsite' },
          spec: { ...at(location).spec, config: { s3Url: 'https://s3.example.com' } },
        }),
    },
    {
      ...{ id: 'backup-endpoint-prefix', item: 'D9', gap: 'an endpoint that begins like the own one' },
      rigged: 'the location of Velero is the own bucket’s name at an endpoint whose name begins like the own one',
      expected: fail(/your-objectstorage\.com\.evil\.example/),
      rig: ({ at }) =>
        Object.assign(at(location).spec.config, { s3Url: `${at(location).spec.config.s3Url}.evil.example` }),
    },
    {
      ...{ id: 'backup-not-there', item: 'D9', gap: 'Completed, and not in the bucket' },
      rigged: 'a backup that Velero calls Completed is not in the own bucket',
      expected: fail(/does not have backup daily-1/),
      rig: ({ buckets, world }) => buckets.get(`${world.sovereign.spec.objectStorage.bucketPrefix}-velero`)!.clear(),
    },
    {
      ...{ id: 'database-elsewhere', item: 'D9', gap: 'a database archives elsewhere' },
      rigged: 'the database of Gitea archives into another bucket',
      expected: fail(/gitea-pg archives to bucket elsewhere/),
      rig: ({ at }) =>
        Object.assign(at(database).spec.backup.barmanObjectStore, { destinationPath: 's3://elsewhere/' }),
    },
    {
      ...{ id: 'database-not-archived', item: 'D9', gap: 'nothing of a database in the bucket' },
      rigged: 'the bucket has no archive of any database',
      expected: fail(/has nothing of Cluster gitea\/gitea-pg/),
      rig: ({ buckets, world }) => buckets.get(`${world.sovereign.spec.objectStorage.bucketPrefix}-postgres`)!.clear(),
    },
    {
      ...{ id: 'database-without-backup', item: 'D9', gap: 'a backup that was switched off' },
      rigged: 'the backup section of Gitea’s database is gone',
      expected: fail(/Cluster gitea\/gitea-pg is to be backed up, and is not/),
      rig: ({ at }) => delete at(database).spec.backup,
    },
  ]),
  ...worldsOn(onPushes, [
    {
      ...{ id: 'push-elsewhere', item: 'D8', gap: 'earlier pushes went elsewhere' },
      rigged: 'an image that Harbor lists is not in the own bucket',
      expected: fail(/does not have all of library\/other:2/),
      rig: ({ images }) => images.set('library/other:2', JSON.stringify({ schemaVersion: 2, layers: [] })),
    },
    {
      ...{ id: 'push-layer', item: 'D8', gap: 'the manifest is there, a layer is not' },
      rigged: 'the bucket has the manifest of an image and not its layer',
      expected: fail(/does not have all of library\/app:1/),
      rig({ buckets, images, world }) {
        const keys = buckets.get(`${world.sovereign.spec.objectStorage.bucketPrefix}-harbor`)!;
        const hex = JSON.parse(images.get('library/app:1')!).layers[0].digest.slice(7);
        for (const key of keys) if (key.includes(hex)) keys.delete(key);
      },
    },
  ]),
];
