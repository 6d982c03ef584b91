/** Which kinds there are, by API discovery: those of a bare API server, those that the Blueprints bring, and one that nobody has thought of. */
import { createKindRegistry } from '../../../lab/src/kubernetes/kinds/kinds.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { discoverKinds } from '../../../src/scans/cluster/kinds.js';
import { servedCluster } from '../../fakes/served-cluster.js';
import { fakeWorld } from '../../unit/walk/rig.js';
import type { Random } from './random.js';

export interface Kind {
  apiVersion: string;
  kind: string;
  namespaced: boolean;
}

const builtIn = createKindRegistry()
  .all()
  .filter(({ review }) => !review)
  .map(({ group, version, kind }) => `${group === '' ? '' : `${group}/`}${version} ${kind}`);

const { world } = await fakeWorld();

/** Every object of the rendered tree. */
export const treeObjects: readonly KubeObject[] = (await world.tree()).folders.flatMap(({ files }) =>
  files.flatMap(({ objects }) => objects),
);

/** What happened, and earlier states: nothing of these is a reference (docs/decisions/0023). */
const records = ['Event', 'Lease', 'ReplicaSet', 'ControllerRevision'];

export const kinds: readonly Kind[] = (
  await discoverKinds(servedCluster(treeObjects, { kinds: builtIn }))
).kinds.filter(({ kind }) => !records.includes(kind));

/** One of them; at times one of a group that no version of catalyst has ever heard of. */
export function anyKind(random: Random): Kind {
  if (random.below(20) > 0) return random.pick(kinds);
  const word = random.word();
  const kind = `${word[0]!.toUpperCase()}${word.slice(1)}`;
  return { apiVersion: `${random.word()}.example/v1`, kind, namespaced: random.below(2) === 0 };
}
