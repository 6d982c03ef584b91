/** The cluster as Hetzner and Kubernetes see it, side by side. */
import type { LoadBalancer, Server } from '../../hetzner/api/types.js';
import { findOwnResource } from '../../hetzner/cluster/ensure.js';
import { clusterParts } from '../../hetzner/cluster/parts.js';
import { messageOf } from '../../support/errors/errors.js';
import type { Context } from '../session/context.js';

export interface ClusterStatus {
  fqdn: string;
  parts: { type: string; name: string; state: string; address?: string }[];
  /** What /readyz answers, or why it could not be asked. */
  api: string;
  nodes: { name: string; ready: boolean; version?: string }[];
}

export async function clusterStatus(context: Context): Promise<ClusterStatus> {
  const world = await context.world();
  const api = await world.hetzner();
  const { fqdn } = world.sovereign.spec;
  const parts = await Promise.all(
    clusterParts(world.sovereign).all.map(async ({ type, name }) => {
      try {
        const found = await findOwnResource(api, fqdn, type, name);
        if (!found) return { type, name, state: 'missing' };
        if (type === 'server') {
          const server = found as Server;
          return { type, name, state: server.status, address: server.public_net.ipv4?.ip };
        }
        if (type !== 'load_balancer') return { type, name, state: 'there' };
        const { targets, public_net } = found as LoadBalancer;
        const well = targets.filter(({ health_status }) => health_status?.every(({ status }) => status === 'healthy'));
        const state = `${well.length} of ${targets.length} targets healthy`;
        return { type, name, state, address: public_net.ipv4.ip ?? undefined };
      } catch (error) {
        context.signal.throwIfAborted();
        return { type, name, state: messageOf(error) };
      }
    }),
  );
  return { fqdn, parts, ...(await kubernetes(context)) };
}

async function kubernetes(context: Context): Promise<Pick<ClusterStatus, 'api' | 'nodes'>> {
  try {
    const kube = await (await context.world()).kube();
    const ready = await kube.raw('/readyz');
    const nodes = (await kube.list({ apiVersion: 'v1', kind: 'Node' })).map((node) => {
      const conditions = (node.status?.conditions ?? []) as { type: string; status: string }[];
      return {
        name: node.metadata.name,
        ready: conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
        version: node.status?.nodeInfo?.kubeletVersion as string | undefined,
      };
    });
    return { api: `${kube.server}: ${ready.body.trim() || ready.status}`, nodes };
  } catch (error) {
    context.signal.throwIfAborted();
    return { api: messageOf(error), nodes: [] };
  }
}

export function clusterStatusText(status: ClusterStatus): string {
  return [
    `${status.fqdn}`,
    ...status.parts.map(
      ({ type, name, state, address }) =>
        `  ${type.replaceAll('_', ' ')} ${name}: ${state}${address ? ` at ${address}` : ''}`,
    ),
    `  Kubernetes API: ${status.api}`,
    ...status.nodes.map(
      ({ name, ready, version }) => `  node ${name}: ${ready ? 'Ready' : 'not Ready'} ${version ?? ''}`,
    ),
  ].join('\n');
}
