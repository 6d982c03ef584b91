/** StatefulSet → numbered pods with their own claims; a changed template replaces pods, except with OnDelete. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { owners, type ReconcileContext, type Rule } from '../reconciler.js';
import { isLive, isReady, POD, podFrom, podsOf, templateHash } from './pods.js';

const CLAIM = 'v1/PersistentVolumeClaim';

export const statefulSets: Rule = {
  name: 'stateful-set',
  kind: 'apps/v1/StatefulSet',
  also: { [POD]: owners('StatefulSet') },
  async reconcile(set, lab) {
    if (set.metadata.deletionTimestamp) return;
    const wanted: number = set.spec.replicas ?? 1;
    const revision = `${set.metadata.name}-${templateHash(set.spec.template)}`;
    const pods = podsOf(lab, set);
    const isCurrent = (pod: KubeObject) => pod.metadata.labels?.['controller-revision-hash'] === revision;
    const onDelete = set.spec.updateStrategy?.type === 'OnDelete';

    for (const pod of pods.filter(isLive)) {
      const beyond = Number(pod.metadata.name.slice(set.metadata.name.length + 1)) >= wanted;
      if (beyond || (!isCurrent(pod) && !onDelete)) await lab.remove(pod);
    }
    for (let at = 0; at < wanted; at += 1) {
      const name = `${set.metadata.name}-${at}`;
      if (pods.some((pod) => pod.metadata.name === name)) continue;
      const claims = await claimsFor(set, at, lab);
      const labels = { 'controller-revision-hash': revision, 'statefulset.kubernetes.io/pod-name': name };
      await lab.create(podFrom(set, set.spec.template, { name, labels, claims }));
    }
    const live = podsOf(lab, set).filter(isLive);
    const ready = live.filter(isReady).length;
    const updated = live.filter(isCurrent).length;
    await lab.setStatus(set, {
      observedGeneration: set.metadata.generation,
      replicas: live.length,
      readyReplicas: ready,
      availableReplicas: ready,
      currentReplicas: updated,
      updatedReplicas: updated,
      currentRevision: updated >= wanted ? revision : (set.status?.currentRevision ?? revision),
      updateRevision: revision,
    });
  },
};

async function claimsFor(set: KubeObject, at: number, lab: ReconcileContext): Promise<Record<string, string>> {
  const claims: Record<string, string> = {};
  for (const template of (set.spec.volumeClaimTemplates ?? []) as KubeObject[]) {
    const name = `${template.metadata.name}-${set.metadata.name}-${at}`;
    claims[template.metadata.name] = name;
    if (lab.store.get(CLAIM, set.metadata.namespace, name)) continue;
    await lab.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: set.metadata.namespace, labels: set.spec.selector?.matchLabels },
      spec: template.spec,
    });
  }
  return claims;
}
