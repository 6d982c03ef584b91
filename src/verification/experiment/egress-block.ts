/**
 * D22: for a while no Pod of the Sovereign finds a way to the mother or to upstream, and every reconcile stays green. The
 * block must be seen to bite, from inside, and to be gone afterwards; else it proves nothing. Only what Pods do is cut: a
 * node's own pulls of images are not, which the answer says.
 */
import { isIP } from 'node:net';
import { holderOf } from '../../handover/mother/hold-mother.js';
import { watchDeadline } from '../../handover/mother/watch-deadline.js';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { needlesOf } from '../../scans/umbilical.js';
import { formatDuration } from '../../support/durations.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import { runProbe } from '../../walk/probes/probe-job.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { type Answer, failed, notChecked, passed } from '../dod/item.js';
import { armExpiry, liftBlock, mutations, requireFree, tooLate } from './egress-life.js';
import {
  type BlockRun,
  denyPolicy,
  expiryObjects,
  namesKey,
  namesRef,
  type Reach,
  reachProbe,
  unknownNames,
} from './egress-objects.js';
import { reconcileAll } from './exercises.js';

/** Upstream's Git and registry: where a Sovereign that is not independent would still fetch from. */
const upstream = ['github.com', 'ghcr.io'];
/** How much longer than the window the armed expiry waits. */
const graceMs = 300_000;
/** CoreDNS looks at its files every 30 s, and the kubelet may need a minute to bring them. */
const biteMs = 180_000;

export interface EgressOptions {
  windowMs: number;
}

export async function blockEgress(world: World, context: StepContext, { windowMs }: EgressOptions): Promise<Answer> {
  const { act, progress } = context;
  const kube = await world.kube();
  const image = await ownImage(kube);
  const { hosts, addresses: known } = await whatToCut(world);
  const look = () => runProbe<Reach>(kube, context, reachProbe(image, hosts));
  await requireFree(world, kube);
  await liftBlock(kube, context);

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
  const until = new Date(world.clock.now().getTime() + seconds * 1000);
  const run: BlockRun = { ...holderOf(world), until };
  const watch = watchDeadline(world, seconds, () => tooLate(until));
  const signal = AbortSignal.any([context.signal, watch.signal]);
  let during: Reach | undefined;
  const problems: string[] = [];
  const told: string[] = [];
  try {
    await armExpiry(kube, context, expiryObjects({ ...run, image, seconds }));
    watch.check();
    const force = { forceConflicts: true };
    const names = namesObject(hosts, run.runId);
    await act(mutations.forget, async (writers) => (await writers.sovereign()).apply([names], force));
    const policy = denyPolicy(run, addresses);
    await act(mutations.deny, async (writers) => (await writers.sovereign()).apply([policy], force));
    during = await untilCut(world, { ...context, signal }, look);
    const left = reached(during);
    if (left.length > 0)
      return failed(`a Pod still reaches ${left.join(', ')} although the block is active`, { before, during });
    progress.output(`nothing of the mother can be reached; window ${formatDuration(windowMs)}`);
    const from = world.clock.now().getTime();
    for (const last of [false, true]) {
      // Once at the beginning and once at the end: what was only kept from before would not survive both.
      const rest = from + windowMs - world.clock.now().getTime();
      if (last && rest > 0) await world.clock.sleep(rest, signal);
      watch.check();
      told.push(await reconcileAll(world, context));
    }
  } catch (error) {
    signal.throwIfAborted();
    if (endsTheRun(error)) throw error;
    problems.push(messageOf(error));
  } finally {
    watch.close();
    await liftBlock(kube, context.undo, run.runId);
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
  throw fail('E4009', "The Sovereign's own catalyst-api, whose image the egress probe runs, does not exist.", {
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
    reason: 'the egress block to take effect',
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

function namesObject(hosts: readonly string[], runId: string): KubeObject {
  const { apiVersion, kind, namespace, name } = namesRef;
  return { apiVersion, kind, metadata: { namespace, name }, data: { [namesKey]: unknownNames(hosts, runId) } };
}
