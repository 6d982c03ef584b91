/** A node turns Ready, and loses Cilium's taint, once the CNI agent runs on it. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { kubernetesVersion } from '../kubernetes/version.js';
import { condition, conditions } from './conditions.js';
import type { Lab, Rule } from './engine.js';
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
  },
};

/** What a kubelet tells of its machine; what is told already stays. */
function statusOf(node: KubeObject, lab: Lab): Record<string, unknown> {
  const facts = lab.world.nodes().find((one) => one.name === node.metadata.name);
  if (!facts || node.status?.addresses?.length > 0) return {};
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

const MACHINE = {
  kubeletVersion: kubernetesVersion.gitVersion,
  kubeProxyVersion: kubernetesVersion.gitVersion,
  osImage: 'Ubuntu 24.04 LTS',
  operatingSystem: 'linux',
  architecture: 'amd64',
  kernelVersion: '6.8.0',
  containerRuntimeVersion: 'containerd://2.0.0-k3s1',
};
