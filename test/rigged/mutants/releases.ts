/** D1: one of the deployed releases, its record, its archive, its workloads or a Pod is another than its Blueprint has; or there is one more. */
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { onReleases, type ReleasesWorld } from '../stages/releases.js';
import type { Grammar, Mutant } from './mutant.js';
import type { Random } from './random.js';

const mutant = (change: string, rig: (world: ReleasesWorld) => unknown): Mutant => ({
  ...{ item: 'D1', change },
  async judge() {
    const world = await onReleases.honest();
    await rig(world);
    return onReleases.judge(world);
  },
});

/** Names by which a world of every run knows its objects. */
const keysOf = ({ cluster }: ReleasesWorld, kind: RegExp) =>
  [...cluster.objects.keys()].filter((key) => kind.test(key)).sort();
const anyOf = (world: ReleasesWorld, kind: RegExp, at: number) => {
  const keys = keysOf(world, kind);
  return keys[Math.floor(at * keys.length)]!;
};

const ofRelease: readonly [string, (object: KubeObject, random: Random) => unknown][] = [
  ['is suspended', ({ spec }) => Object.assign(spec, { suspend: true })],
  [
    'runs another version',
    ({ status }, random) => Object.assign(status.history[0], { chartVersion: `0.0.${random.below(99)}` }),
  ],
  [
    'has a version that begins alike',
    ({ status }) => Object.assign(status.history[0], { chartVersion: `${status.history[0].chartVersion}0` }),
  ],
  ['was changed and not observed', ({ metadata }) => Object.assign(metadata, { generation: 2 })],
  [
    'is not Ready',
    ({ status }, random) =>
      Object.assign(status, { conditions: [{ type: 'Ready', status: random.pick(['False', 'Unknown']) }] }),
  ],
  ['has no condition', ({ status }) => Object.assign(status, { conditions: [] })],
  ['has no history', ({ status }) => Object.assign(status, { history: [] })],
  ['is being deleted', ({ metadata }) => Object.assign(metadata, { deletionTimestamp: '2026-11-30T00:00:00Z' })],
];

const release: Grammar = (random) => {
  const [what, change] = random.pick(ofRelease);
  const at = random.next();
  return mutant(`the release at ${at.toFixed(3)} ${what}`, (world) =>
    change(world.at(anyOf(world, /^HelmRelease /, at)), random),
  );
};

const gone: Grammar = (random) => {
  const kind = random.pick([
    /^HelmRelease /,
    /^(Deployment|StatefulSet|DaemonSet) /,
    /^HelmChart /,
    /^Secret .*sh\.helm\.release/,
  ]);
  const at = random.next();
  return mutant(`the object at ${at.toFixed(3)} of ${kind} is gone`, (world) => {
    const key = anyOf(world, kind, at);
    if (key.startsWith('HelmChart ')) {
      const name = key.replace('HelmChart flux-system/flux-system-', '');
      delete world.at(`HelmRelease flux-system/${name}`).status.history[0].digest;
    }
    return world.cluster.objects.delete(key);
  });
};

const archive: Grammar = (random) => {
  const at = random.next();
  const digest = `sha256:${Array.from({ length: 64 }, () => random.below(16).toString(16)).join('')}`;
  return mutant(`the release at ${at.toFixed(3)} runs archive ${digest.slice(0, 15)}`, (world) =>
    Object.assign(world.at(anyOf(world, /^HelmChart /, at)).status.artifact, { digest }),
  );
};

/** All of its replicas are there. */
const sized = ({ spec, status }: KubeObject, replicas: number) => {
  spec.replicas = replicas;
  Object.assign(status, { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas });
};
const wanted = ({ spec }: KubeObject): number => spec.replicas ?? 1;

const ofWorkload: readonly [string, (object: KubeObject) => unknown][] = [
  ['is scaled to 0', (object) => sized(object, 0)],
  ['has a replica more', (object) => sized(object, wanted(object) + 1)],
  [
    'has one that is not ready',
    (object) =>
      Object.assign(object.status, { readyReplicas: wanted(object) - 1, availableReplicas: wanted(object) - 1 }),
  ],
  ['has old Pods', (object) => Object.assign(object.status, { updatedReplicas: wanted(object) - 1 })],
  ['was not observed', ({ status }) => Object.assign(status, { observedGeneration: 0 })],
  ['has no status', (object) => Object.assign(object, { status: {} })],
];

const workload: Grammar = (random) => {
  const [what, change] = random.pick(ofWorkload);
  const at = random.next();
  return mutant(`the workload at ${at.toFixed(3)} ${what}`, (world) =>
    change(world.at(anyOf(world, /^(Deployment|StatefulSet) /, at))),
  );
};

const extra: Grammar = (random) => {
  const [name, namespace] = [
    random.pick([random.word(), `bp-${random.word()}`]),
    random.pick(['flux-system', 'default', 'org-acme', random.word()]),
  ];
  return random.below(2) === 0
    ? mutant(`HelmRelease ${namespace}/${name}`, (world) => world.release(name, '1.0.0', { namespace }))
    : mutant(`release ${namespace}/${name} by helm`, (world) =>
        world.record({ namespace, name, chart: random.word(), version: '1.2.3' }),
      );
};

const pod: Grammar = (random) => {
  const reason = random.pick([
    'CrashLoopBackOff',
    'ImagePullBackOff',
    'ErrImagePull',
    'InvalidImageName',
    'CreateContainerConfigError',
  ]);
  const where = random.pick(['containerStatuses', 'initContainerStatuses']);
  const status = { phase: 'Pending', [where]: [{ name: 'main', state: { waiting: { reason } } }] };
  const metadata = { namespace: random.pick(['gitea', 'harbor', 'default', random.word()]), name: random.word() };
  return mutant(`Pod ${metadata.namespace}/${metadata.name} has ${reason} in ${where}`, ({ cluster }) =>
    cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata, spec: {}, status }),
  );
};

const claim: Grammar = (random) => {
  const metadata = { namespace: random.pick(['gitea', 'harbor', random.word()]), name: random.word() };
  const phase = random.pick(['Pending', 'Lost']);
  return mutant(`claim ${metadata.namespace}/${metadata.name} is ${phase}`, ({ cluster }) =>
    cluster.put({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, status: { phase } }),
  );
};

export const releaseGrammars: readonly Grammar[] = [
  release,
  release,
  release,
  gone,
  gone,
  archive,
  workload,
  workload,
  extra,
  pod,
  claim,
];
