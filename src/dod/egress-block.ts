/**
 * D22: for a while no Pod of the Sovereign finds a way to the mother or to upstream, and every reconcile stays green. The
 * block must be seen to bite, from inside, and to be gone afterwards; else it proves nothing. Only what Pods do is cut: a
 * node's own pulls of images are not, which the answer says.
 */

import { isIP } from 'node:net';
import { runProbe } from '../phases/probe-job.js';
import { probeNamespaceObject } from '../phases/probe-objects.js';
import type { Mutation, StepContext } from '../phases/step.js';
import type { World } from '../phases/world.js';
import { formatDuration } from '../support/durations.js';
import { fail, messageOf } from '../support/errors.js';
import { waitUntil } from '../support/wait.js';
import { type Kube, type KubeObject, refOfObject } from '../tools/kube.js';
import { needlesOf } from '../verify/umbilical.js';
import {
  denyPolicy,
  expiryObjects,
  namesKey,
  namesRef,
  policyRef,
  type Reach,
  reachProbe,
  unknownNames,
} from './egress-objects.js';
import { reconcileAll } from './exercises.js';
import { type Answer, failed, notChecked, passed } from './item.js';

/** Upstream's Git and registry: where a Sovereign that is not independent would still fetch from. */
const upstream = ['github.com', 'ghcr.io'];
/** How much longer than the window the armed expiry waits. */
const graceMs = 300_000;
/** CoreDNS looks at its files every 30 s, and the kubelet may need a minute to bring them. */
const biteMs = 180_000;

const onSovereign = (kind: string, name: string, sentence: string): Mutation => ({
  target: { system: 'sovereign', kind, name },
  sentence,
});
const mutations = {
  arm: onSovereign('Job', 'catalyst-egress-block', 'arm the Job that lifts the egress block when its time is over'),
  deny: onSovereign(
    policyRef.kind,
    policyRef.name,
    'deny all Pods of the Sovereign the way to the mother and upstream',
  ),
  forget: onSovereign(
    'ConfigMap',
    namesRef.name,
    'let the CoreDNS of the Sovereign know no name of the mother and upstream',
  ),
  allow: onSovereign(policyRef.kind, policyRef.name, 'lift the egress block of the Sovereign'),
  remember: onSovereign('ConfigMap', namesRef.name, 'give the CoreDNS of the Sovereign those names back'),
  disarm: onSovereign('Job', 'catalyst-egress-block', 'disarm the Job that would lift the egress block'),
};
export const egressMutations: readonly Mutation[] = Object.values(mutations);

export interface EgressOptions {
  windowMs: number;
}

export async function blockEgress(world: World, context: StepContext, { windowMs }: EgressOptions): Promise<Answer> {
  const { act, progress } = context;
  const kube = await world.kube();
  const image = await ownImage(kube);
  const { hosts, addresses: known } = await whatToCut(world);
  const look = () => runProbe<Reach>(kube, context, reachProbe(image, hosts));
  await lift(kube, context);

  const before = await look();
  const open = reached(before);
  if (open.length === 0)
    return notChecked(
      'a Pod reached nothing of the mother or upstream before the block, so a block would show nothing',
      {
        before,
      },
    );
  const addresses = [...new Set([...known, ...Object.values(before.hosts).flatMap((host) => host.addresses)])].sort();
  const own = await ownAddresses(kube);
  const shared = addresses.filter((address) => own.includes(address));
  if (shared.length > 0)
    return notChecked(`the mother and the Sovereign share ${shared.join(', ')}: a block would cut both`);

  const seconds = Math.ceil((windowMs + biteMs + graceMs) / 1000);
  const { fqdn } = world.sovereign.spec;
  const until = new Date(world.clock.now().getTime() + seconds * 1000);
  let during: Reach | undefined;
  const problems: string[] = [];
  const told: string[] = [];
  try {
    const expiry = [probeNamespaceObject(), ...expiryObjects({ fqdn, image, seconds })];
    await act(mutations.arm, () => kube.apply(expiry, { forceConflicts: true }));
    await act(mutations.forget, () => kube.apply([namesObject(hosts)], { forceConflicts: true }));
    await act(mutations.deny, () => kube.apply([denyPolicy(fqdn, addresses, until)], { forceConflicts: true }));
    during = await untilCut(world, context, look);
    const left = reached(during);
    if (left.length > 0)
      return failed(`a Pod still reaches ${left.join(', ')} although the block stands`, { before, during });
    progress.output(`nothing of the mother can be reached; window ${formatDuration(windowMs)}`);
    const from = world.clock.now().getTime();
    for (const last of [false, true]) {
      // Once at the beginning and once at the end: what was only kept from before would not survive both.
      const rest = from + windowMs - world.clock.now().getTime();
      if (last && rest > 0) await world.clock.sleep(rest, context.signal);
      told.push(await reconcileAll(world, context));
    }
  } catch (error) {
    context.signal.throwIfAborted();
    problems.push(messageOf(error));
  } finally {
    await lift(kube, context.undo);
  }
  const after = await look();
  const lost = open.filter((host) => !after.hosts[host]?.reached);
  const evidence = { addresses, hosts, windowMs, before, during, after, reconciled: told };
  if (lost.length > 0) problems.push(`after the block a Pod does not reach ${lost.join(', ')} again`);
  if (problems.length > 0) return failed(problems.join('; '), evidence);
  return passed(
    `for ${formatDuration(windowMs)} no Pod reached ${open.join(', ')}; twice ${told[1]}; pulls by the nodes themselves were not cut`,
    evidence,
  );
}

const reached = ({ hosts }: Reach) => Object.keys(hosts).filter((host) => hosts[host]!.reached);

/** Names and addresses of the mother as the umbilical scan knows them, and upstream's names. */
async function whatToCut(world: World): Promise<{ hosts: string[]; addresses: string[] }> {
  const needles = (await needlesOf(world)).filter((needle) => !needle.upstream).map(({ text }) => text);
  const { fqdn, pool } = world.sovereign.spec;
  // A name above or below the Sovereign's own is how it is found itself.
  const own = (host: string) => host === pool.domain || host === fqdn || host.endsWith(`.${fqdn}`);
  const hosts = [...new Set([...needles.filter((text) => !isIP(text) && !own(text)), ...upstream])];
  return { hosts, addresses: needles.filter((text) => isIP(text)) };
}

/** catalyst-api's, which runs here anyway: it has sh, curl and kubectl, and nothing must be pulled while the block stands. */
async function ownImage(kube: Kube): Promise<string> {
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'catalyst-system', name: 'catalyst-api' };
  const image = (await kube.get(ref))?.spec?.template?.spec?.containers?.[0]?.image;
  if (typeof image === 'string' && image !== '') return image;
  throw fail('E4009', "The Sovereign's own catalyst-api is not there, whose image looks at the way out.", {
    actions: ['catalyst ticket run 385'],
  });
}

async function ownAddresses(kube: Kube): Promise<string[]> {
  const nodes = await kube.list({ apiVersion: 'v1', kind: 'Node' });
  return nodes.flatMap(({ status }) =>
    ((status?.addresses ?? []) as { type: string; address: string }[]).map(({ address }) => address),
  );
}

/** Looks again until the policy is in force in every Pod; the last look when it never is. */
async function untilCut(world: World, { signal, progress }: StepContext, look: () => Promise<Reach>): Promise<Reach> {
  let last: Reach | undefined;
  return waitUntil<Reach>({
    reason: 'the egress block to bite',
    timeoutMs: biteMs,
    clock: world.clock,
    signal,
    onPending: progress.waiting,
    look: async () => {
      const seen = await look();
      last = seen;
      const left = reached(seen);
      return left.length === 0 ? { done: seen } : { pending: `${left.join(', ')} can still be reached` };
    },
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    if (last) return last;
    throw error;
  });
}

function namesObject(hosts: readonly string[]): KubeObject {
  const { apiVersion, kind, namespace, name } = namesRef;
  return { apiVersion, kind, metadata: { namespace, name }, data: { [namesKey]: unknownNames(hosts) } };
}

/** Also what an earlier, killed run left. What is not there needs no act. */
async function lift(kube: Kube, { act }: Pick<StepContext, 'act'>): Promise<void> {
  if (await kube.get(policyRef)) await act(mutations.allow, () => kube.delete(policyRef));
  const names = await kube.get(namesRef);
  if (names?.data?.[namesKey] !== undefined)
    await act(mutations.remember, () => kube.patch(namesRef, { data: { [namesKey]: null } }));
  const armed = expiryObjects({ fqdn: '', image: '', seconds: 0 }).map(refOfObject).toReversed();
  const standing = await Promise.all(armed.map((ref) => kube.get(ref)));
  if (standing.every((object) => object === undefined)) return;
  await act(mutations.disarm, async () => {
    for (const ref of armed) await kube.delete(ref);
  });
}
