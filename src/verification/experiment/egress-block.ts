/**
 * D22: for a while no Pod of the Sovereign finds a way to the mother or to upstream, and every reconcile stays green. The
 * block must be seen to bite, from inside, and to be gone afterwards; else it proves nothing. Only what Pods do is cut: a
 * node's own pulls of images are not, which the answer says.
 */
import type { Part } from '../../engine/events.js';
import { holderOf } from '../../handover/mother/hold-mother.js';
import { watchDeadline } from '../../handover/mother/undo/watch-deadline.js';
import { formatDuration } from '../../support/durations.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { messageOf } from '../../support/errors/errors.js';
import { runProbe } from '../../walk/probes/probe-job.js';
import { probePullSecret } from '../../walk/probes/pull-secret.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { type Answer, failed, notChecked, passed } from '../dod/item.js';
import { armExpiry, liftBlock, mutations, requireFree, tooLate } from './egress-life.js';
import { type BlockRun, denyPolicy, expiryObjects, type Reach, reachProbe } from './egress-objects.js';
import { biteMs, namesObject, ownAddresses, ownImage, reached, untilCut, waysToMother } from './egress-ways.js';
import { reconcileAll } from './exercises.js';

/** Upstream's Git and registry: where a Sovereign that is not independent would still fetch from. */
export const upstream = ['github.com', 'ghcr.io'];
/** How much longer than the window the armed expiry waits. */
const graceMs = 300_000;

export interface EgressOptions {
  windowMs: number;
}

export async function blockEgress(world: World, context: StepContext, { windowMs }: EgressOptions): Promise<Answer> {
  const { act, progress } = context;
  const kube = await world.kube();
  const image = await ownImage(kube);
  const ways = await waysToMother(world);
  const [hosts, known] = [[...ways.hosts, ...upstream], ways.addresses];
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
  const show = (state: Part['state'], note: string, until?: Date) =>
    progress.part?.({ group: 'moment', id: 'egress', state, note, until });
  let during: Reach | undefined;
  let [blockedFrom, liftedAt]: (number | undefined)[] = [];
  const problems: string[] = [];
  const told: string[] = [];
  try {
    // the first probe has put it there
    const pullSecret = (await probePullSecret(kube))?.metadata.name;
    await armExpiry(kube, context, expiryObjects({ ...run, image, seconds, pullSecret }));
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
    blockedFrom = from;
    show('running', 'blocked: no Pod reaches the mother or upstream', new Date(from + windowMs));
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
    liftedAt = world.clock.now().getTime();
    show('running', 'the block is being lifted');
    await liftBlock(kube, context.undo, run.runId);
    show('pass', 'open again');
  }
  const after = await look();
  const window = blockedFrom === undefined || liftedAt === undefined ? undefined : { from: blockedFrom, to: liftedAt };
  const seen: EgressSeen = { addresses, hosts, windowMs, window, before, during, after, reconciled: told, problems };
  return { ...judgeEgress(seen), evidence: seen };
}

/** What D22 observed. */
export interface EgressSeen {
  addresses: string[];
  hosts: string[];
  windowMs: number;
  /** In which nothing could be reached, in milliseconds since 1970; for who draws it. */
  window?: { from: number; to: number };
  before: Reach;
  during?: Reach | undefined;
  after: Reach;
  /** What each reconcile of everything came to. */
  reconciled: string[];
  /** What went wrong in the window. */
  problems: string[];
}

/** Pure. */
export function judgeEgress(seen: EgressSeen): Answer {
  const { windowMs, before, during, after, reconciled } = seen;
  const open = reached(before);
  if (open.length === 0) return notChecked('a Pod reached nothing of the mother or upstream before the block');
  if (during && reached(during).length > 0)
    return failed(`a Pod still reaches ${reached(during).join(', ')} although the block is active`);
  const lost = open.filter((host) => !after.hosts[host]?.reached);
  const problems = [
    ...seen.problems,
    ...(lost.length > 0 ? [`after the block a Pod does not reach ${lost.join(', ')} again`] : []),
  ];
  if (problems.length > 0) return failed(problems.join('; '));
  if (!during || reconciled.length < 2) return notChecked('the block was not seen to bite for the whole window');
  return passed(
    `for ${formatDuration(windowMs)} no Pod reached ${open.join(', ')}; twice ${reconciled[1]}; pulls by the nodes themselves were not cut`,
  );
}
