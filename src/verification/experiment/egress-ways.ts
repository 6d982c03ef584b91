/** What a cut of the Sovereign's egress denies, and whether it is felt: what the block of D22 and the cut of the kill window share. */

import { isIP } from 'node:net';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { parentZoneOf } from '../../mother/protected/protected-set.js';
import { blockNamesKey } from '../../scans/umbilical/marks.js';
import { needlesOf } from '../../scans/umbilical.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { namesRef, type Reach, unknownNames } from './egress-objects.js';

/** CoreDNS looks at its files every 30 s, and the kubelet may need a minute to bring them. */
export const biteMs = 180_000;

export const reached = ({ hosts }: Reach) => Object.keys(hosts).filter((host) => hosts[host]!.reached);

/** Names and addresses of the mother as the umbilical scan knows them. */
export async function waysToMother(world: World): Promise<{ hosts: string[]; addresses: string[] }> {
  const needles = (await needlesOf(world)).filter((needle) => !needle.upstream).map(({ text }) => text);
  const { fqdn } = world.sovereign.spec;
  const parent = parentZoneOf(world.sovereign);
  // A name above or below the Sovereign's own is how it is found itself.
  const own = (host: string) => host === parent || host === fqdn || host.endsWith(`.${fqdn}`);
  const hosts = [...new Set(needles.filter((text) => !isIP(text) && !own(text)))];
  return { hosts, addresses: needles.filter((text) => isIP(text)) };
}

/** catalyst-api's, which runs here anyway: it has sh, curl and kubectl, and nothing must be pulled while the block stands. */
export async function ownImage(kube: Kube): Promise<string> {
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'catalyst-system', name: 'catalyst-api' };
  const image = (await kube.get(ref))?.spec?.template?.spec?.containers?.[0]?.image;
  if (typeof image === 'string' && image !== '') return image;
  throw fail('E4009', "The Sovereign's own catalyst-api, whose image the egress probe runs, does not exist.", {
    actions: [command('ticket run', '385')],
  });
}

/** Addresses that a block would cut the Sovereign off from itself by. */
export async function ownAddresses(kube: Kube): Promise<string[]> {
  const nodes = await kube.list({ apiVersion: 'v1', kind: 'Node' });
  return nodes.flatMap(({ status }) =>
    ((status?.addresses ?? []) as { type: string; address: string }[]).map(({ address }) => address),
  );
}

/**
 * Looks until a Pod finds nothing open; the last look when the block never takes effect.
 * @param openIn what is still open by a look, a clause each
 */
export async function untilBlocked<Look>(
  world: World,
  { signal, progress }: StepContext,
  look: () => Promise<Look>,
  openIn: (seen: Look) => readonly string[],
): Promise<Look> {
  let last: Look | undefined;
  return waitUntil<Look>({
    reason: 'the egress block to take effect',
    timeoutMs: biteMs,
    clock: world.clock,
    signal,
    onPending: progress.waiting,
    look: async () => {
      last = await look();
      const open = openIn(last);
      return open.length === 0 ? { done: last } : { pending: open.join(', ') };
    },
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    if (last) return last;
    throw error;
  });
}

export function namesObject(hosts: readonly string[], runId: string): KubeObject {
  const { apiVersion, kind, namespace, name } = namesRef;
  return { apiVersion, kind, metadata: { namespace, name }, data: { [blockNamesKey]: unknownNames(hosts, runId) } };
}
