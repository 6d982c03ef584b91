/** W10: a NodePool is claimed, the Sovereign's own Crossplane makes its server at Hetzner, and with the claim the server goes. It costs money. */
import type { Mutation } from '../../../engine/mutation.js';
import type { Server } from '../../../hetzner/api/types.js';
import { checkCapacity } from '../../../hetzner/cluster/capacity/capacity.js';
import type { Kube, KubeObject, KubeRef } from '../../../kubernetes/client/kube.js';
import { sovereignLabel } from '../../../sovereign/sovereign-names.js';
import { isCatalystError } from '../../../support/errors/errors.js';
import { waitUntil } from '../../../support/wait.js';
import type { StepContext } from '../../../world/step.js';
import type { World } from '../../../world/world.js';
import { probeMutations, probeNamespace, probeNamespaceObject, withProbes } from '../../probes/probe-objects.js';
import { disproved, type ProofOf } from '../proof.js';
import { isTrue } from './provider-healthy.js';

const step = 'W10';
const name = 'probe-pool';
const waitMs = 15 * 60_000;
const api = 'compose.openova.io/v1alpha1';
const ref: KubeRef = { apiVersion: api, kind: 'NodePoolClaim', namespace: probeNamespace, name };

/** A type that is sold where the Sovereign is, and its price for an hour, the least that Hetzner bills. Throws E2002 and E2005 as an order would. */
export async function poolServer(world: World): Promise<{ type: string; price: string | undefined }> {
  const hetzner = await world.hetzner();
  const { spec } = world.sovereign;
  const { types, currency } = await checkCapacity(hetzner, spec, world.clock.now());
  const type = types.worker ?? types.controlPlane;
  const offered = (await hetzner.serverTypes()).find((one) => one.name === type);
  const price = offered?.prices.find(({ location }) => location === spec.hetzner.location)?.price_hourly.gross;
  return { type, price: price === undefined ? undefined : `${Number(price).toFixed(3)} ${currency}` };
}

export const nodePoolJoins: ProofOf = (world) => {
  const claim = (serverType: string): KubeObject => ({
    apiVersion: api,
    kind: 'NodePoolClaim',
    metadata: { name, namespace: probeNamespace },
    spec: { parameters: { count: 1, serverType } },
  });
  return {
    plan: (): Mutation[] => probeMutations([probeNamespaceObject(), claim('')]),
    async take(context) {
      const kube = await world.kube();
      const { type } = await poolServer(world);
      const before = new Set((await serversOf(world)).map(({ id }) => id));
      const server = await withProbes(kube, context, [probeNamespaceObject(), claim(type)], async () => {
        const address = await addressOf(kube);
        const made = (await serversOf(world)).filter(({ id }) => !before.has(id));
        const found = made.find(({ public_net }) => public_net.ipv4?.ip === address);
        if (!found)
          throw disproved(step, `a new server of the Sovereign at ${address} in the project`, `${made.length} others`);
        return found;
      });
      await kube.waitFor<true>(ref, {
        reason: `NodePoolClaim ${name} and its server to go`,
        timeoutMs: waitMs,
        look: (seen) => (seen ? { pending: 'it is still there' } : { done: true }),
      });
      await serversGone(world, context, before);
      return {
        summary: `a NodePool of one ${type} became server ${server.name} (${server.id}) in the project, and went with its claim`,
        facts: { server: server.name, id: server.id, type },
      };
    },
  };
};

/** A claim may go before its server has: Crossplane deletes what it composed in the background. */
async function serversGone(
  world: World,
  { progress, signal }: StepContext,
  before: ReadonlySet<number>,
): Promise<void> {
  let left = '';
  try {
    await waitUntil<true>({
      reason: 'the server of the probe pool to go',
      timeoutMs: waitMs,
      clock: world.clock,
      signal,
      onPending: progress.waiting,
      look: async () => {
        const there = (await serversOf(world)).filter(({ id }) => !before.has(id));
        left = there.map((one) => one.name).join(', ');
        return there.length > 0 ? { pending: `${left} is still there` } : { done: true };
      },
    });
  } catch (error) {
    if (!isCatalystError(error, 'E4003')) throw error;
    throw disproved(step, 'no server of the pool once its claim has gone', left);
  }
}

/** Servers of the project that carry the Sovereign's label. */
async function serversOf({ hetzner, sovereign }: World): Promise<Server[]> {
  const all = await (await hetzner()).list('server');
  return all.filter(({ labels }) => labels[sovereignLabel] === sovereign.spec.fqdn);
}

const addressOf = (kube: Kube): Promise<string> =>
  kube.waitFor<string>(ref, {
    reason: `NodePoolClaim ${name} Ready`,
    timeoutMs: waitMs,
    look(seen) {
      const addresses = (seen?.status?.addresses ?? []) as string[];
      if (isTrue(seen, 'Ready') && addresses[0]) return { done: addresses[0] };
      return { pending: isTrue(seen, 'Synced') ? 'its server is being made' : 'Crossplane has not taken it up yet' };
    },
  });
