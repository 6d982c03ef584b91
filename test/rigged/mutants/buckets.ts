/** D8 and D9: a backup or a push that is elsewhere, or not there. */

import type { Stage } from '../rigged-world.js';
import { type BucketsWorld, onBackups, onPushes } from '../stages/buckets.js';
import type { Grammar, Mutant } from './mutant.js';

const on = (
  item: string,
  stage: Stage<BucketsWorld>,
  change: string,
  rig: (world: BucketsWorld) => unknown,
): Mutant => ({
  ...{ item, change },
  async judge() {
    const world = await stage.honest();
    await rig(world);
    return stage.judge(world);
  },
});
const onD9 = (change: string, rig: (world: BucketsWorld) => unknown) => on('D9', onBackups, change, rig);
const onD8 = (change: string, rig: (world: BucketsWorld) => unknown) => on('D8', onPushes, change, rig);

const own = (world: BucketsWorld, name: string) =>
  world.buckets.get(`${world.world.sovereign.spec.objectStorage.bucketPrefix}-${name}`)!;
const database = (world: BucketsWorld, at: number) => {
  const keys = [...world.cluster.objects.keys()].filter((key) => key.startsWith('Cluster ')).sort();
  return world.at(keys[Math.floor(at * keys.length)]!);
};

const location: Grammar = (random) => {
  const [what, rig] = random.pick<[string, (spec: { objectStorage: object; config: { s3Url?: string } }) => unknown]>([
    ['another bucket', ({ objectStorage }) => Object.assign(objectStorage, { bucket: random.word() })],
    [
      'a bucket that begins alike',
      ({ objectStorage }) => Object.assign(objectStorage, { bucket: `omantel-test-velero-${random.word()}` }),
    ],
    ['another provider', ({ config }) => Object.assign(config, { s3Url: `https://s3.${random.word()}.example` })],
    [
      'a provider that begins alike',
      ({ config }) => Object.assign(config, { s3Url: `${config.s3Url}.${random.word()}.example` }),
    ],
    ['no provider', ({ config }) => Reflect.deleteProperty(config, 's3Url')],
  ]);
  const second = random.below(2) === 0;
  return onD9(`${second ? 'a second' : 'the'} location is ${what}`, ({ at, cluster }) => {
    const first = at('BackupStorageLocation velero/default');
    const object = second
      ? { ...structuredClone(first), metadata: { namespace: 'velero', name: random.word() } }
      : first;
    if (second) cluster.put(object);
    return rig(object.spec);
  });
};

const backup: Grammar = (random) => {
  const name = random.word();
  return onD9(`backup ${name} is Completed and not in the bucket`, ({ cluster, at }) =>
    cluster.put({ ...structuredClone(at('Backup velero/daily-1')), metadata: { namespace: 'velero', name } }),
  );
};

const emptied: Grammar = (random) => {
  const name = random.pick(['velero', 'postgres']);
  return onD9(`nothing lies in bucket ${name}`, (world) => own(world, name).clear());
};

const databases: Grammar = (random) => {
  const at = random.next();
  const [what, rig] = random.pick<[string, (world: BucketsWorld) => unknown]>([
    [
      'archives to another bucket',
      (world) =>
        Object.assign(database(world, at).spec.backup.barmanObjectStore, { destinationPath: `s3://${random.word()}/` }),
    ],
    [
      'archives at another provider',
      (world) =>
        Object.assign(database(world, at).spec.backup.barmanObjectStore, {
          endpointURL: `https://s3.${random.word()}.example`,
        }),
    ],
    ['is not backed up', (world) => Reflect.deleteProperty(database(world, at).spec, 'backup')],
    [
      'archives under another name',
      (world) => Object.assign(database(world, at).spec.backup.barmanObjectStore, { serverName: random.word() }),
    ],
    [
      'is gone',
      (world) => {
        const { namespace, name } = database(world, at).metadata;
        return world.cluster.objects.delete(`Cluster ${namespace}/${name}`);
      },
    ],
  ]);
  return onD9(`the database at ${at.toFixed(3)} ${what}`, rig);
};

const image: Grammar = (random) => {
  const name = `${random.word()}/${random.word()}:${random.below(99)}`;
  return onD8(`image ${name} is listed and not in the bucket`, ({ images }) =>
    images.set(name, JSON.stringify({ schemaVersion: 2, layers: [], annotations: { x: random.word() } })),
  );
};

const blob: Grammar = (random) => {
  const at = random.next();
  return onD8(`the blob at ${at.toFixed(3)} is not in the bucket`, (world) => {
    const keys = own(world, 'harbor');
    return keys.delete([...keys][Math.floor(at * keys.size)]!);
  });
};

export const bucketGrammars: readonly Grammar[] = [
  location,
  location,
  backup,
  emptied,
  databases,
  databases,
  image,
  blob,
];
