/** The load balancer in the cluster's network: its address there, by which further servers join, and the servers that it leads to. */
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { hetznerCode } from '../api/errors.js';
import type { LoadBalancer, Network, Server } from '../api/types.js';
import { mutationOf } from '../mutation.js';
import type { EnsureTools } from './ensure.js';

/** The sentence under which the load balancer gets its address. */
export function attachSentence(loadBalancer: string, network: string, address: string): string {
  return `attach load balancer ${loadBalancer} to network ${network} with the address ${address}`;
}

/**
 * Never as a part of its creation, which takes the first free address: the first server's, as the spec has it. Throws E2001 when it has
 * another address there.
 */
export async function attachToNetwork(
  { api, act }: EnsureTools,
  { id, name }: Pick<LoadBalancer, 'id' | 'name'>,
  network: Pick<Network, 'id' | 'name'>,
  address: string,
): Promise<void> {
  const attached = (await api.get('load_balancer', id))?.private_net.find((net) => net.network === network.id);
  if (attached?.ip === address) return;
  if (attached) throw elsewhere(name, network.name, attached.ip ?? 'none', address);
  const sentence = attachSentence(name, network.name, address);
  await act(mutationOf({ kind: 'load_balancer', name, sentence }), async ({ hetzner }) => {
    try {
      const body = { network: network.id, ip: address };
      await api.settle(await (await hetzner()).act('load_balancer', id, 'attach_to_network', body));
    } catch (error) {
      // Repeating after a lost answer is harmless: it is attached, or it is not.
      if (hetznerCode(error) === 'ip_not_available') throw taken(name, network.name, address, error);
      if (hetznerCode(error) !== 'load_balancer_already_attached') throw error;
    }
  });
}

function elsewhere(name: string, network: string, found: string, wanted: string) {
  return fail(
    'E2001',
    `Load balancer ${name} has the address ${found} in network ${network}; but servers join through ${wanted}, the address in their certificates.`,
    { actions: [`detach ${name} from ${network} in the Hetzner Console`, command('resume')] },
  );
}

function taken(name: string, network: string, address: string, cause: unknown) {
  return fail('E2001', `Something else has ${address} in network ${network}, the address of load balancer ${name}.`, {
    actions: [
      `free ${address} in the Hetzner Console, or choose another spec.hetzner.network.subnet`,
      command('resume'),
    ],
    cause,
  });
}

/** The sentence under which a server becomes a target. */
export function targetSentence(server: string, loadBalancer: string): string {
  return `make server ${server} a target of load balancer ${loadBalancer}`;
}

/** Leads to the server by its private address; once. */
export async function addTarget(
  { api, act }: EnsureTools,
  { id, name }: Pick<LoadBalancer, 'id' | 'name'>,
  server: Pick<Server, 'id' | 'name'>,
): Promise<void> {
  const current = await api.get('load_balancer', id);
  if (current?.targets.some((target) => target.server?.id === server.id)) return;
  const sentence = targetSentence(server.name, name);
  await act(mutationOf({ kind: 'load_balancer', name, sentence }), async ({ hetzner }) => {
    try {
      const body = { type: 'server', server: { id: server.id }, use_private_ip: true };
      await api.settle(await (await hetzner()).act('load_balancer', id, 'add_target', body));
    } catch (error) {
      // Repeating is harmless: the target is there, or it is not.
      if (hetznerCode(error) !== 'target_already_defined') throw error;
    }
  });
}
