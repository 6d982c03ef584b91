/** Step `cluster`: network, firewall, load balancer, servers and k3s at Hetzner, and the kubeconfig of the Sovereign. */

import type { Mutation } from '../../engine/mutation.js';
import type { Done, Evidence } from '../../engine/step.js';
import type { ResourceMap, ResourceType } from '../../hetzner/api/types.js';
import { checkCapacity } from '../../hetzner/cluster/capacity.js';
import { createCluster, targetSentence } from '../../hetzner/cluster/create.js';
import { findOurs } from '../../hetzner/cluster/ensure.js';
import {
  closeSentence,
  closeSsh,
  fetchKubeconfig,
  kubeconfigFor,
  letsSshIn,
  openSentence,
} from '../../hetzner/cluster/fetch-kubeconfig.js';
import { clusterParts } from '../../hetzner/cluster/parts.js';
import { clusterSecrets, knowsSecrets } from '../../hetzner/cluster/secrets.js';
import { mutationOf } from '../../hetzner/mutation.js';
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import { createSsh, type Ssh } from '../../tools/ssh/ssh.js';
import type { Step, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';

const bootMs = 15 * 60_000;
const joinMs = 10 * 60_000;

export function createClusterStep(world: World, ssh: Ssh = createSsh(world.sovereign.spec.access.connectTo)): Step {
  const { sovereign, clock, credentials } = world;
  const { fqdn, hetzner } = sovereign.spec;
  const parts = clusterParts(sovereign);
  const expected = parts.servers.map(({ name }) => name);

  const ours = async <T extends ResourceType>(type: T, name: string): Promise<ResourceMap[T] | undefined> =>
    findOurs(await world.hetzner(), fqdn, type, name).catch((error: unknown) => {
      // A plan of the whole walk is made while the leftovers that #370 purges are still there; `run` refuses them.
      if (isCatalystError(error, 'E2006')) return undefined;
      throw error;
    });

  const plan = async (): Promise<Mutation[]> => {
    const api = await world.hetzner();
    const seen = await Promise.all(parts.all.map(async (part) => ({ part, there: await ours(part.type, part.name) })));
    const missing = seen.filter(({ there }) => !there).map(({ part }) => part);
    if (missing.some(({ name }) => name !== parts.marker.name)) await checkCapacity(api, hetzner);
    const planned = missing.map((part) => mutationOf({ ...part, kind: part.type }));
    const balancer = await ours('load_balancer', parts.loadBalancer.name);
    const targets = new Set(balancer?.targets.map((target) => target.server?.id));
    for (const { part, there } of seen) {
      if (part.type !== 'server' || (there && targets.has(there.id))) continue;
      if (!expected.slice(0, hetzner.controlPlane.count).includes(part.name)) continue;
      const sentence = targetSentence(part.name, parts.loadBalancer.name);
      planned.push(mutationOf({ kind: 'load_balancer', name: parts.loadBalancer.name, sentence }));
    }
    const firewall = parts.firewall.name;
    const kubeconfig = await credentials.find('sovereign-kubeconfig');
    const open = await ours('firewall', firewall);
    const from = hetzner.sshFrom ?? ['the address of this machine'];
    const change = (sentence: string) => mutationOf({ kind: 'firewall', name: firewall, sentence });
    if (!kubeconfig) planned.push(change(openSentence(firewall, from)));
    if (!kubeconfig || (open && letsSshIn(open))) planned.push(change(closeSentence(firewall)));
    return planned;
  };

  /** Servers whose keys this machine does not have could neither be read nor joined. */
  const refuseOrphans = async (): Promise<void> => {
    const there = await Promise.all(expected.map((name) => ours('server', name)));
    const known = there.find((server) => server !== undefined);
    if (!known) return;
    throw fail('E2009', `Server ${known.name} belongs to this Sovereign, but its keys are not on this machine.`, {
      actions: ['use the state directory it was made with (--state-dir)', `catalyst cluster destroy --confirm ${fqdn}`],
    });
  };

  const nodes = async (): Promise<KubeObject[]> => (await world.kube()).list({ apiVersion: 'v1', kind: 'Node' });

  const missingNodes = async (): Promise<string[]> => {
    const names = new Set((await nodes()).map(({ metadata }) => metadata.name));
    return expected.filter((name) => !names.has(name));
  };

  return {
    id: 'cluster',
    title: 'Cluster at Hetzner: network, firewall, load balancer, servers, k3s',
    phase: 1,
    needs: [],
    limits: ['hetzner'],
    estimateMinutes: 12,
    plan,

    async isDone(): Promise<Done> {
      if (!(await credentials.find('sovereign-kubeconfig'))) return { done: false };
      if ((await plan()).length > 0) return { done: false };
      try {
        const missing = await missingNodes();
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
      const built = await createCluster({ api, clock, signal, act, fqdn, onWaiting }, sovereign, secrets);
      const firewall = await api.get('firewall', built.firewallId);
      if (!firewall) throw fail('E2001', `Firewall ${parts.firewall.name} disappeared while the cluster was created.`);
      if (!(await credentials.find('sovereign-kubeconfig'))) {
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
      await waitUntil({
        reason: `${expected.length} nodes to register`,
        timeoutMs: joinMs,
        clock,
        signal,
        onPending: onWaiting,
        look: async () => {
          try {
            const missing = await missingNodes();
            return missing.length === 0 ? { done: true } : { pending: `not registered: ${missing.join(', ')}` };
          } catch (error) {
            return { pending: messageOf(error) };
          }
        },
      });
    },

    async proof(): Promise<Evidence> {
      const kube = await world.kube();
      const ready = await kube.raw('/readyz');
      if (ready.status !== 200 || !ready.body.includes('ok')) {
        throw fail('E4009', `${kube.server} answers /readyz with ${ready.status}.`, {
          actions: ['catalyst cluster status'],
        });
      }
      const found = (await nodes()).map(({ metadata }) => metadata.name).sort();
      const missing = expected.filter((name) => !found.includes(name));
      if (missing.length > 0) {
        throw fail('E4009', `Nodes are not registered: ${missing.join(', ')}.`, {
          actions: ['catalyst cluster status'],
        });
      }
      return {
        summary: `${found.length} of ${expected.length} nodes registered, /readyz ok with the pinned certificate authority`,
        facts: { server: kube.server, nodes: found },
      };
    },
  };
}
