/** A node turns Ready, and loses Cilium's taint, once the CNI agent runs on it. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { worldMs } from '../../internet/pace.js';
import { kubernetesVersion } from '../../kubernetes/discovery/version.js';
import { condition, conditions } from '../conditions.js';
import type { Outcome, ReconcileContext, Rule } from '../reconciler.js';
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
    const { offSince } = lab.world.nodes().find((one) => one.name === node.metadata.name) ?? {};
    if (offSince !== undefined) return unheardOf(node, offSince, lab);
    // a cluster whose network is not ours to emulate (the mother) has nodes that are Ready from the start
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
      ...statusOf(node, lab),
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
    return undefined;
  },
};

/**
 * Nobody hears of a machine that is off, and after a while its node counts as lost and its Pods as not ready (Kubernetes 1.35,
 * kube-controller-manager: node-monitor-grace-period 50s; node_lifecycle_controller.go, MarkPodsNotReady).
 */
async function unheardOf(node: KubeObject, offSince: number, lab: ReconcileContext): Promise<Outcome> {
  const left = offSince + worldMs(50) - lab.clock.now().getTime();
  if (left > 0) return { againMs: left };
  const lost = condition('Ready', undefined, 'NodeStatusUnknown', 'Kubelet stopped posting node status.');
  await lab.setStatus(node, { conditions: conditions(node, lab.clock, [lost]) });
  const pods = lab.store.list(POD).filter((pod) => pod.spec.nodeName === node.metadata.name && isReady(pod));
  for (const pod of pods)
    await lab.setStatus(pod, { conditions: conditions(pod, lab.clock, [condition('Ready', false, 'NodeNotReady')]) });
  return undefined;
}

/** What a kubelet tells of its machine; what is told already stays. */
function statusOf(node: KubeObject, lab: ReconcileContext): Record<string, unknown> {
  const facts = lab.world.nodes().find((one) => one.name === node.metadata.name);
  if (!facts) return {};
  if (node.status?.addresses?.length > 0) return bootOf(node, facts.bootId);
  const external = facts.publicAddress ? [{ type: 'ExternalIP', address: facts.publicAddress }] : [];
  const room = { cpu: '8', memory: '16Gi', pods: '220', 'ephemeral-storage': '150Gi' };
  return {
    addresses: [{ type: 'InternalIP', address: facts.address }, ...external, { type: 'Hostname', address: facts.name }],
    capacity: node.status?.capacity ?? room,
    allocatable: node.status?.allocatable ?? room,
    nodeInfo: node.status?.nodeInfo ?? {
      ...MACHINE,
      machineID: facts.name,
      systemUUID: facts.name,
      bootID: facts.name,
    },
  };
}

/** A kubelet that was started with its machine reports the kernel's new boot. */
function bootOf(node: KubeObject, bootID: string | undefined): Record<string, unknown> {
  const { nodeInfo = {} } = node.status ?? {};
  return bootID === undefined || bootID === nodeInfo.bootID ? {} : { nodeInfo: { ...nodeInfo, bootID } };
}

const MACHINE = {
  kubeletVersion: kubernetesVersion.gitVersion,
  kubeProxyVersion: kubernetesVersion.gitVersion,
  osImage: 'Ubuntu 24.04 LTS',
  operatingSystem: 'linux',
  architecture: 'amd64',
  kernelVersion: '6.8.0',
  containerRuntimeVersion: 'containerd://2.0.0-k3s1',
};
