/** bp-cilium: nodes are Ready, the agent's DaemonSet is rolled out, no node carries the agent-not-ready taint. */
import { waitForRollout } from '../../../kubernetes/rollout.js';
import { disproved, type ProofOf } from '../proof.js';
import { isTrue } from './provider-healthy.js';

export const nodesReady: ProofOf = (world) => ({
  plan: () => [],
  async take() {
    const kube = await world.kube();
    await waitForRollout(kube, [{ kind: 'DaemonSet', namespace: 'kube-system', name: 'cilium' }], 600_000);
    const nodes = await kube.list({ apiVersion: 'v1', kind: 'Node' });
    for (const { metadata } of nodes) {
      await kube.waitFor<true>(
        { apiVersion: 'v1', kind: 'Node', name: metadata.name },
        {
          reason: `node ${metadata.name} Ready`,
          timeoutMs: 300_000,
          look: (node) => {
            const tainted = (node?.spec?.taints ?? []).some(
              (taint: { key: string }) => taint.key === 'node.cilium.io/agent-not-ready',
            );
            if (tainted) return { pending: `node ${metadata.name} carries the taint node.cilium.io/agent-not-ready` };
            return isTrue(node, 'Ready') ? { done: true } : { pending: `node ${metadata.name} is not Ready` };
          },
        },
      );
    }
    if (nodes.length === 0) throw disproved('bp-cilium', 'nodes', 'none');
    return {
      summary: `${nodes.length} nodes Ready, DaemonSet kube-system/cilium rolled out`,
      facts: { nodes: nodes.map((node) => node.metadata.name) },
    };
  },
});
