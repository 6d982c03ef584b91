/** Step `cluster`: network, firewall, load balancer, servers and k3s at Hetzner, and the kubeconfig of the Sovereign. */
import type { Done } from '../../engine/step.js';
import { createCluster } from '../../hetzner/cluster/create.js';
import { closeSsh, fetchKubeconfig, kubeconfigFor, letsSshIn } from '../../hetzner/cluster/fetch-kubeconfig.js';
import { clusterParts } from '../../hetzner/cluster/parts.js';
import { clusterSecrets, knowsSecrets } from '../../hetzner/cluster/secrets.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { createSsh, type Ssh } from '../../tools/ssh/ssh.js';
import type { Step, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { findPart } from '../cluster/find-part.js';
import { hasControlPlane, needsKubeconfig } from '../cluster/kept-kubeconfig.js';
import { recordLoadBalancer } from '../install/record-load-balancer.js';
import { missingNodes, proveNodes, waitForNodes } from './cluster-nodes.js';
import { planCluster } from './plan-cluster.js';

const bootMs = 15 * 60_000;

export function createClusterStep(world: World, ssh: Ssh = createSsh(world.sovereign.spec.access.connectTo)): Step {
  const { sovereign, clock, credentials } = world;
  const { fqdn, hetzner } = sovereign.spec;
  const parts = clusterParts(sovereign);
  const expected = parts.servers.map(({ name }) => name);

  /** Servers whose keys this machine does not have could neither be read nor joined. */
  const refuseOrphans = async (): Promise<void> => {
    const there = await Promise.all(expected.map((name) => findPart(world, 'server', name)));
    const known = there.find((server) => server !== undefined);
    if (!known) return;
    throw fail('E2009', `Server ${known.name} belongs to this Sovereign, but its keys are not on this machine.`, {
      actions: [
        'use the state directory it was made with (--state-dir)',
        command('cluster destroy', { confirm: fqdn }),
      ],
    });
  };

  return {
    id: 'cluster',
    title: 'Cluster at Hetzner: network, firewall, load balancer, servers, k3s',
    phase: 1,
    needs: [],
    limits: ['hetzner'],
    estimateMinutes: 12,
    plan: () => planCluster(world),

    async isDone(): Promise<Done> {
      if ((await planCluster(world)).length > 0) return { done: false };
      try {
        const missing = await missingNodes(world, expected);
        return missing.length === 0
          ? { done: true, reason: `${expected.length} nodes are registered` }
          : { done: false };
      } catch {
        return { done: false };
      }
    },

    async run({ act, undo, progress, signal }: StepContext) {
      await world.requireProject?.();
      const api = await world.hetzner();
      const onWaiting = progress.waiting;
      if (!(await knowsSecrets(credentials))) await refuseOrphans();
      const secrets = await clusterSecrets(credentials, fqdn);
      for (const secret of [secrets.sshPrivateKey, secrets.hostKey.privateKey, secrets.joinToken]) {
        world.redactor.register(secret);
      }
      // Kept, it would be taken for that of the servers that come now, should this run end before it is read anew.
      if (!(await hasControlPlane(world))) await credentials.forget('sovereign-kubeconfig');
      const built = await createCluster({ api, clock, signal, act, fqdn, onWaiting }, sovereign, secrets);
      const firewall = await api.get('firewall', built.firewallId);
      if (!firewall) throw fail('E2001', `Firewall ${parts.firewall.name} disappeared while the cluster was created.`);
      if (await needsKubeconfig(world)) {
        const sshFrom = hetzner.sshFrom ?? [`${await world.publicAddress()}/32`];
        const target = {
          host: built.servers[0]?.public_net.ipv4?.ip ?? '',
          privateKey: secrets.sshPrivateKey,
          hostKey: secrets.hostKey.publicKey,
          signal,
        };
        const tools = { api, ssh, clock, signal, act, undo: undo.act, onWaiting };
        const text = await fetchKubeconfig(tools, firewall, target, sshFrom, bootMs);
        await credentials.set('sovereign-kubeconfig', kubeconfigFor(text, built.loadBalancerAddress));
      } else if (letsSshIn(firewall)) {
        await closeSsh({ api, act }, firewall);
      }
      await waitForNodes(world, expected, { signal, progress });
      await recordLoadBalancer(world, built.loadBalancer, { act });
    },

    proof: () => proveNodes(world, expected),
  };
}
