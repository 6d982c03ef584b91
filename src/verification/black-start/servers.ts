/** The Sovereign's servers at Hetzner: which they are, and their power. */
import type { Mutation } from '../../engine/mutation.js';
import type { Server } from '../../hetzner/api/types.js';
import { mutationOf } from '../../hetzner/mutation.js';
import { sovereignLabel } from '../../hetzner/names.js';
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { waitUntil } from '../../support/wait.js';
import type { Act, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';

type Power = 'off' | 'on';

/** Hetzner's words; `poweroff` pulls the plug, a `shutdown` would let the machine end what it does. */
const actions: Record<Power, string> = { off: 'poweroff', on: 'poweron' };
const settleMs = 120_000;

export const powerMutation = (name: string, power: Power): Mutation =>
  mutationOf({ kind: 'server', name, sentence: `power ${power} server ${name}` });

/** Reads what `powerMutation` says: the server and what was to become of it. */
export function poweredIn(sentence: string): { name: string; power: Power } | undefined {
  const [, power, name] = /^power (off|on) server (\S+)$/.exec(sentence) ?? [];
  return name === undefined ? undefined : { name, power: power as Power };
}

/** Those with this Sovereign's label, by name. */
export async function ownServers(world: World): Promise<Server[]> {
  const labelSelector = `${sovereignLabel}==${world.sovereign.spec.fqdn}`;
  const servers = await (await world.hetzner()).list('server', { labelSelector });
  return servers.toSorted((one, other) => String(one.name).localeCompare(String(other.name)));
}

/** Nodes that are none of these servers: their machines could not be powered off. */
export function otherNodes(nodes: readonly KubeObject[], servers: readonly Server[]): string[] {
  const ids = new Set(servers.map(({ id }) => `hcloud://${id}`));
  const names = new Set(servers.map(({ name }) => name));
  return nodes
    .filter(({ metadata, spec }) => !(spec?.providerID ? ids.has(spec.providerID) : names.has(metadata.name)))
    .map(({ metadata }) => metadata.name);
}

/**
 * All at once; resolves when Hetzner has done it.
 * @param confirm what was confirmed of it, a clause: the head of the journal is signed first
 */
export async function power(
  world: World,
  act: Act,
  servers: readonly Server[],
  to: Power,
  confirm?: string,
): Promise<void> {
  const hetzner = await world.hetzner();
  const done = await Promise.allSettled(
    servers.map((server) =>
      act({ ...powerMutation(String(server.name), to), ...(confirm ? { confirm } : {}) }, async (writers) => {
        const begun = await (await writers.hetzner()).act('server', server.id, actions[to]);
        await hetzner.settle(begun, { timeoutMs: settleMs });
      }),
    ),
  );
  // one that could not be must not keep the others waiting
  const lost = done.find((one) => one.status === 'rejected');
  if (lost) throw lost.reason;
}

/** Until each is `off` at Hetzner; their status by name, whatever it is when the time is over. */
export async function untilOff(
  world: World,
  { signal, progress }: Pick<StepContext, 'signal' | 'progress'>,
): Promise<Record<string, string>> {
  let seen: Record<string, string> = {};
  await waitUntil<true>({
    reason: 'all servers to be off',
    ...{ timeoutMs: settleMs, clock: world.clock, signal, onPending: progress.waiting },
    look: async () => {
      const servers = await ownServers(world);
      seen = Object.fromEntries(servers.map(({ name, status }) => [String(name), status]));
      const on = Object.keys(seen).filter((name) => seen[name] !== 'off');
      return on.length === 0 ? { done: true } : { pending: `${on.join(', ')} not off yet` };
    },
  }).catch(() => signal.throwIfAborted());
  return seen;
}
