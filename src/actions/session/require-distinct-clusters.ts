/**
 * Before the first write of a command: the mother and the Sovereign are two clusters, the Sovereign is not one that holds the
 * demos, and both are of the world that everything else is of. A kubeconfig says only where a cluster is, never which one it is.
 */
import type { Mutation } from '../../engine/mutation.js';
import type { Kube } from '../../kubernetes/client/kube.js';
import { isProtectedNamespace } from '../../mother/protected/protected-set.js';
import { answerMs, type WorldIdentity } from '../../sovereign/world-identity.js';
import { CatalystError, fail, messageOf } from '../../support/errors/errors.js';
import { within } from '../../support/wait.js';
import { type ClusterIdentity, readClusterIdentity } from '../../world/cluster-identity.js';
import type { World } from '../../world/world.js';

export type Clusters = Pick<World, 'sovereign' | 'kube' | 'mother' | 'identity' | 'clock' | 'signal'>;

/** Of the namespace kube-system of each cluster that was read. */
export interface Uids {
  motherUid?: string | undefined;
  clusterUid?: string | undefined;
}

/** A cluster as it was found: `lost` says why it could not be read. */
type Found = { kube: Kube; is: ClusterIdentity } | { kube?: Kube; lost: CatalystError };

/**
 * For the gate, which asks before each mutation; the clusters are read at the first one, and again when the Sovereign's is created.
 * @throws E1410 when both kubeconfigs lead to one cluster, or that of the Sovereign to one that holds the demos; E1411 when the
 * Sovereign is of another world; E3101 when the target is the Sovereign and it cannot be read
 * @param known receives the UIDs of those that were read; throws or rejects when they are not those of before
 */
export function requireDistinctClusters(
  world: Clusters,
  known: (uids: Uids) => unknown = () => undefined,
): (mutation: Pick<Mutation, 'target'>, signal?: AbortSignal) => Promise<void> {
  let checked: { kube: Kube | undefined; result: Promise<Found> } | undefined;
  // An undo goes on after an interrupt, and so does this check of it: its signal counts, not the run's.
  return async ({ target }, signal = world.signal) => {
    const kube = await world.kube().catch(() => undefined);
    if (checked === undefined || checked.kube !== kube) {
      const result = check({ ...world, signal }, known);
      checked = { kube, result };
      result.catch(() => {
        checked = undefined;
      });
    }
    const sovereign = await checked.result;
    if (!('lost' in sovereign)) return;
    // The next write looks again: an API server that was just started may be there by then.
    checked = undefined;
    if (sovereign.kube && target.system === 'sovereign') throw sovereign.lost;
  };
}

async function check(world: Clusters, known: (uids: Uids) => unknown) {
  const [identity, sovereign, mother] = await Promise.all([
    world.identity(),
    find(world, world.kube),
    find(world, world.mother),
  ]);
  const motherUid = 'is' in mother ? mother.is.uid : undefined;
  if ('lost' in sovereign) {
    await known({ motherUid });
    return sovereign;
  }
  if ('is' in mother && mother.is.uid === sovereign.is.uid) throw sameCluster(world, sovereign.kube, mother.kube);
  requireWorld(identity, sovereign);
  await refuseDemos(world, sovereign.kube, 'is' in mother);
  await known({ motherUid, clusterUid: sovereign.is.uid });
  return sovereign;
}

async function find({ clock, signal }: Clusters, cluster: () => Promise<Kube>): Promise<Found> {
  let kube: Kube | undefined;
  try {
    kube = await cluster();
    return { kube, is: await within(readClusterIdentity(kube), { clock, signal, ms: answerMs }) };
  } catch (error) {
    signal.throwIfAborted();
    const lost = error instanceof CatalystError ? error : fail('E3101', messageOf(error), { cause: error });
    return { kube, lost };
  }
}

function sameCluster({ sovereign }: Clusters, own: Kube, mother: Kube) {
  const { fqdn } = sovereign.spec;
  return fail(
    'E1410',
    `The kubeconfig of ${fqdn} (${own.kubeconfig}, ${own.server}) and that of the mother (${mother.kubeconfig}, ${mother.server}) lead to the same cluster: their kube-system namespaces have the same UID. Nothing was changed.`,
    {
      actions: [
        `kubectl --kubeconfig ${own.kubeconfig} get nodes`,
        'check --kubeconfig (CATALYST_KUBECONFIG): it must lead to the Sovereign, or be left out',
        'check --mother-kubeconfig (CATALYST_MOTHER_KUBECONFIG) and spec.mother.context',
      ],
      data: { sovereign: own.kubeconfig, mother: mother.kubeconfig },
    },
  );
}

function requireWorld(identity: WorldIdentity, { kube, is }: { kube: Kube; is: ClusterIdentity }): void {
  const wanted = identity.kind === 'lab' ? identity.id : undefined;
  if (is.lab?.id === wanted) return;
  const nameOf = (name: string | undefined) => (name === undefined ? 'the real world' : `the lab ${name}`);
  throw fail(
    'E1411',
    `The cluster of the Sovereign (${kube.kubeconfig}, ${kube.server}) belongs to ${nameOf(is.lab?.name)}, everything else to ${nameOf(identity.kind === 'lab' ? identity.name : undefined)}. Nothing was changed.`,
    { actions: ['check --kubeconfig (CATALYST_KUBECONFIG)', 'check --lab (CATALYST_LAB)'] },
  );
}

/** The demos' own namespaces count always; names that a Sovereign might give too, only while no mother was there to compare with. */
async function refuseDemos({ sovereign }: Clusters, kube: Kube, compared: boolean): Promise<void> {
  const names = (await kube.list({ apiVersion: 'v1', kind: 'Namespace' })).map(({ metadata }) => metadata.name);
  const found = names.filter((name) => isProtectedNamespace(compared ? builtIn : sovereign, name));
  const demos = compared ? found.filter((name) => !name.startsWith('tenant-')) : found;
  if (demos.length === 0) return;
  const why = compared ? '' : ' The mother cluster could not be read, so the two were not compared.';
  throw fail(
    'E1410',
    `The kubeconfig of ${sovereign.spec.fqdn} (${kube.kubeconfig}, ${kube.server}) leads to a cluster that holds the SME demos (namespace ${demos.join(', ')}): that is a mother, not a Sovereign.${why} Nothing was changed.`,
    {
      actions: [
        'check --kubeconfig (CATALYST_KUBECONFIG): it must lead to the Sovereign, or be left out',
        `kubectl --kubeconfig ${kube.kubeconfig} get namespaces`,
      ],
      data: { sovereign: kube.kubeconfig, namespaces: demos },
    },
  );
}

/** The protected set without what a spec adds. */
const builtIn = { spec: { mother: { protected: { namespaces: [] } } } } as unknown as World['sovereign'];
