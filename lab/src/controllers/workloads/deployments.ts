/** Deployment → ReplicaSet → Pods; a changed template rolls, old pods go once the new ones are Ready (or first, with Recreate). */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { condition, conditions } from '../conditions.js';
import { ownedBy, type ReconcileContext, type Rule } from '../reconciler.js';
import { isLive, isReady, POD, podFrom, podsOf, suffix, templateHash } from './pods.js';

const KIND = 'apps/v1/Deployment';
const REPLICA_SET = 'apps/v1/ReplicaSet';

export const deployments: Rule = {
  name: 'deployment',
  kind: KIND,
  also: {
    [POD]: (pod, lab) =>
      (pod.metadata.ownerReferences ?? []).flatMap((owner) => {
        const set = lab.store.get(REPLICA_SET, pod.metadata.namespace, owner.name);
        return (set?.metadata.ownerReferences ?? []).map((up) => `${pod.metadata.namespace}/${up.name}`);
      }),
    [REPLICA_SET]: (set) =>
      (set.metadata.ownerReferences ?? []).map((owner) => `${set.metadata.namespace}/${owner.name}`),
  },
  async reconcile(deployment, lab) {
    if (deployment.metadata.deletionTimestamp) return;
    const wanted = deployment.spec.replicas ?? 1;
    const hash = templateHash(deployment.spec.template);
    const current = await currentSet(deployment, hash, wanted, lab);
    const sets = setsOf(lab, deployment).filter((set) => set.metadata.uid !== current.metadata.uid);
    const old = sets.flatMap((set) => podsOf(lab, set)).filter(isLive);
    const mine = podsOf(lab, current).filter(isLive);
    const ready = mine.filter(isReady);
    const recreate = deployment.spec.strategy?.type === 'Recreate';

    if (recreate || ready.length >= wanted) {
      for (const pod of old) await lab.remove(pod);
      for (const set of sets) if (set.spec.replicas !== 0) await lab.patch(set, { spec: { replicas: 0 } });
    }
    if (!(recreate && old.length > 0)) await scale(current, mine, wanted, lab, deployment);
    await tellSet(current, mine, wanted, lab);
    await tell(deployment, mine, old, wanted, lab);
  },
};

function setsOf(lab: ReconcileContext, deployment: KubeObject): KubeObject[] {
  return lab.store
    .list(REPLICA_SET, deployment.metadata.namespace)
    .filter((set) => set.metadata.ownerReferences?.some((owner) => owner.uid === deployment.metadata.uid));
}

async function currentSet(
  deployment: KubeObject,
  hash: string,
  replicas: number,
  lab: ReconcileContext,
): Promise<KubeObject> {
  const name = `${deployment.metadata.name}-${hash}`;
  const had = lab.store.get(REPLICA_SET, deployment.metadata.namespace, name);
  if (had?.metadata.ownerReferences?.some((owner) => owner.uid === deployment.metadata.uid)) {
    if (had.spec.replicas === replicas) return had;
    return lab.patch(had, { spec: { replicas } });
  }
  const labels = { ...deployment.spec.template?.metadata?.labels, 'pod-template-hash': hash };
  return lab.create({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: deployment.metadata.namespace,
      labels,
      // biome-ignore lint/suspicious/noExplicitAny: the reference has more fields than the reader's type
      ownerReferences: [ownedBy(deployment) as any],
    },
    spec: {
      replicas,
      selector: { matchLabels: { ...deployment.spec.selector?.matchLabels, 'pod-template-hash': hash } },
      template: { ...deployment.spec.template, metadata: { ...deployment.spec.template?.metadata, labels } },
    },
  });
}

async function scale(
  set: KubeObject,
  mine: KubeObject[],
  wanted: number,
  lab: ReconcileContext,
  deployment: KubeObject,
): Promise<void> {
  for (let at = mine.length; at < wanted; at += 1)
    await lab.create(
      podFrom(set, set.spec.template, {
        name: `${deployment.metadata.name}-${templateHash(deployment.spec.template)}-${suffix()}`,
      }),
    );
  for (const pod of mine.slice(wanted)) await lab.remove(pod);
}

async function tellSet(set: KubeObject, mine: KubeObject[], wanted: number, lab: ReconcileContext): Promise<void> {
  const ready = mine.filter(isReady).length;
  await lab.setStatus(set, {
    replicas: Math.min(mine.length, wanted),
    readyReplicas: ready,
    availableReplicas: ready,
    observedGeneration: set.metadata.generation,
  });
}

async function tell(
  deployment: KubeObject,
  mine: KubeObject[],
  old: KubeObject[],
  wanted: number,
  lab: ReconcileContext,
): Promise<void> {
  const ready = mine.filter(isReady).length;
  const allReady = ready + (mine.length >= wanted ? 0 : old.filter(isReady).length);
  const available = allReady >= wanted;
  const done = ready >= wanted && old.length === 0;
  await lab.setStatus(deployment, {
    observedGeneration: deployment.metadata.generation,
    replicas: mine.length + old.length,
    updatedReplicas: Math.min(mine.length, wanted),
    readyReplicas: Math.min(wanted, ready + old.filter(isReady).length),
    availableReplicas: Math.min(wanted, ready + old.filter(isReady).length),
    unavailableReplicas: Math.max(0, wanted - ready),
    conditions: conditions(deployment, lab.clock, [
      condition('Available', available, available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable'),
      condition('Progressing', true, done ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated'),
    ]),
  });
}
