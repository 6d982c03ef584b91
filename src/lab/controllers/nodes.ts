/** A node turns Ready, and loses Cilium's taint, once the CNI agent runs on it. */
import { condition, conditions } from './conditions.js';
import type { Rule } from './engine.js';
import { isReady, POD } from './pods.js';

const AGENT_TAINT = 'node.cilium.io/agent-not-ready';
const NOT_READY = 'node.kubernetes.io/not-ready';
const NODE = 'v1/Node';

export const nodes: Rule = {
  name: 'node',
  kind: NODE,
  also: {
    [POD]: (pod) => (pod.metadata.namespace === 'kube-system' && pod.spec.nodeName ? [`/${pod.spec.nodeName}`] : []),
  },
  async reconcile(node, lab) {
    // a cluster whose network is not ours to play (the mother) has nodes that are Ready from the start
    const hasAgent =
      lab.world.role === 'mother' ||
      lab.store.list(POD, 'kube-system').some((pod) => {
        const owner = pod.metadata.ownerReferences?.[0];
        return (
          owner?.kind === 'DaemonSet' &&
          owner.name === 'cilium' &&
          pod.spec.nodeName === node.metadata.name &&
          isReady(pod)
        );
      });
    const taints = ((node.spec?.taints ?? []) as { key: string; effect: string }[]).filter(
      (taint) => !(hasAgent && (taint.key === AGENT_TAINT || taint.key === NOT_READY)),
    );
    if (taints.length !== (node.spec?.taints ?? []).length)
      await lab.patch(node, { spec: { taints: taints.length > 0 ? taints : null } });
    await lab.setStatus(node, {
      conditions: conditions(node, lab.clock, [
        hasAgent
          ? condition('Ready', true, 'KubeletReady', 'kubelet is posting ready status')
          : condition(
              'Ready',
              false,
              'KubeletNotReady',
              'container runtime network not ready: cni plugin not initialized',
            ),
      ]),
    });
  },
};
