/** DaemonSet → one pod on every node that it selects and whose taints it bears (nodeShouldRunDaemonPod, Kubernetes 1.35, daemon_controller.go). */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { all, owners, type Rule } from '../reconciler.js';
import { isLive, isReady, POD, podFrom, podsOf, suffix, templateHash } from './pods.js';
import { bearsTaints } from './scheduling.js';

const NODE = 'v1/Node';

export const daemonSets: Rule = {
  name: 'daemon-set',
  kind: 'apps/v1/DaemonSet',
  also: { [POD]: owners('DaemonSet'), [NODE]: all('apps/v1/DaemonSet') },
  async reconcile(set, lab) {
    if (set.metadata.deletionTimestamp) return;
    const hash = templateHash(set.spec.template);
    const selected = Object.entries((set.spec.template?.spec?.nodeSelector ?? {}) as Record<string, string>);
    const isSelected = ({ metadata }: KubeObject) => selected.every(([key, value]) => metadata.labels?.[key] === value);
    const nodes = lab.store
      .list(NODE)
      .filter((node) => isSelected(node) && bearsTaints(set.spec.template?.spec, node, true));
    const pods = podsOf(lab, set).filter(isLive);
    const isCurrent = (pod: KubeObject) => pod.metadata.labels?.['controller-revision-hash'] === hash;
    const onDelete = set.spec.updateStrategy?.type === 'OnDelete';

    const kept: KubeObject[] = [];
    for (const pod of pods) {
      const wrongNode = !nodes.some((node) => node.metadata.name === pod.spec.nodeName);
      if (wrongNode || (!isCurrent(pod) && !onDelete)) await lab.remove(pod);
      else kept.push(pod);
    }
    for (const node of nodes) {
      if (pods.some((pod) => pod.spec.nodeName === node.metadata.name)) continue;
      const labels = { 'controller-revision-hash': hash };
      const name = `${set.metadata.name}-${suffix()}`;
      kept.push(await lab.create(podFrom(set, set.spec.template, { name, labels, nodeName: node.metadata.name })));
    }
    const ready = kept.filter(isReady).length;
    await lab.setStatus(set, {
      observedGeneration: set.metadata.generation,
      desiredNumberScheduled: nodes.length,
      currentNumberScheduled: kept.length,
      numberReady: ready,
      numberAvailable: ready,
      numberUnavailable: Math.max(0, nodes.length - ready),
      numberMisscheduled: 0,
      updatedNumberScheduled: kept.filter(isCurrent).length,
    });
  },
};
