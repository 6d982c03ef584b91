/** The cluster as Hetzner and Kubernetes see it, side by side. */
import type { LoadBalancer, Resource, ResourceType, Server } from '../../hetzner/api/types.js';
import { findOwnResource } from '../../hetzner/cluster/ensure.js';
import { clusterParts } from '../../hetzner/cluster/parts.js';
import { isCatalystError, messageOf } from '../../support/errors/errors.js';
import type { Context } from '../session/context.js';

/** `missing` is well before there is a cluster, and no more than that. */
export type Health = 'good' | 'missing' | 'bad';

export interface PartStatus {
  type: string;
  name: string;
  state: string;
  health: Health;
  /** Something that catalyst did not make has its name. */
  taken?: boolean;
  address?: string;
}

export interface ClusterStatus {
  fqdn: string;
  parts: PartStatus[];
  /** What /readyz answers, or why it could not be asked. */
  api: string;
  reached: boolean;
  nodes: { name: string; ready: boolean; version?: string }[];
}

export async function clusterStatus(context: Context): Promise<ClusterStatus> {
  const world = await context.world();
  const api = await world.hetzner();
  const { fqdn } = world.sovereign.spec;
  const parts = await Promise.all(
    clusterParts(world.sovereign).all.map(async ({ type, name }): Promise<PartStatus> => {
      try {
        const found = await findOwnResource(api, fqdn, type, name);
        return { type, name, ...(found ? stateOf(type, found) : { state: 'missing', health: 'missing' }) };
      } catch (error) {
        context.signal.throwIfAborted();
        const taken = takenBy(error);
        return { type, name, state: taken ?? messageOf(error), health: 'bad', ...(taken ? { taken: true } : {}) };
      }
    }),
  );
  return { fqdn, parts, ...(await kubernetes(context)) };
}

function stateOf(type: ResourceType, found: Resource): Pick<PartStatus, 'state' | 'health' | 'address'> {
  if (type === 'server') {
    const { status, public_net } = found as Server;
    return { state: status, health: status === 'running' ? 'good' : 'bad', address: public_net.ipv4?.ip };
  }
  if (type !== 'load_balancer') return { state: 'there', health: 'good' };
  const { targets, public_net } = found as LoadBalancer;
  const well = targets.filter(({ health_status }) => health_status?.every(({ status }) => status === 'healthy'));
  return {
    state: `${well.length} of ${targets.length} targets healthy`,
    health: well.length === targets.length ? 'good' : 'bad',
    address: public_net.ipv4.ip ?? undefined,
  };
}

/** The row has type and name already. */
function takenBy(error: unknown): string | undefined {
  if (!isCatalystError(error, 'E2006')) return undefined;
  return `${error.data['id']} has this name, and is not catalyst's`;
}

async function kubernetes(context: Context): Promise<Pick<ClusterStatus, 'api' | 'reached' | 'nodes'>> {
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
    return { api: `${kube.server}: ${ready.body.trim() || ready.status}`, reached: ready.status === 200, nodes };
  } catch (error) {
    context.signal.throwIfAborted();
    return { api: messageOf(error), reached: false, nodes: [] };
  }
}
