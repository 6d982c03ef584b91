/** One egress window of D22 at one grade: armed, denied, looked at from inside of a Pod, exercised, lifted. What it saw is raw; nothing is judged here. */
import type { Part } from '../../../engine/events.js';
import type { Mutation } from '../../../engine/mutation.js';
import type { Kube } from '../../../kubernetes/client/kube.js';
import type { Grade } from '../../../scans/grade.js';
import { allowedNamesKey, blockNamesKey } from '../../../scans/umbilical/marks.js';
import { formatDuration } from '../../../support/durations.js';
import { endsTheRun } from '../../../support/errors/ends-the-run.js';
import { messageOf } from '../../../support/errors/errors.js';
import { runProbe } from '../../../walk/probes/probe-job.js';
import type { StepContext } from '../../../world/step.js';
import type { World } from '../../../world/world.js';
import { egressMutations, liftBlock } from '../egress-life.js';
import { namesRef, policyRef } from '../egress-objects.js';
import { untilBlocked } from '../egress-ways.js';
import { reconcileAll, reconcileMutation } from '../exercises.js';
import type { Allowed } from './allow-list.js';
import { namesOn } from './block-policy.js';
import {
  allowedCanaries,
  type CanaryLook,
  canaryProbe,
  canaryProbeMutations,
  deniedCanaries,
  knownAddresses,
  openIn,
  outsideResolvers,
} from './canaries.js';
import { denialAt, deny, sharedIn, telling } from './deny.js';
import { type ImagePulls, type Pulled, pullCharts, pullImages, pullMutations } from './fresh-pulls.js';
import { holdBlock } from './hold-block.js';

/** The policy and the names as they are on the cluster. */
export interface OnCluster {
  /** Milliseconds since 1970. */
  at: number;
  policy: { uid?: string; generation?: number; spec: unknown } | null;
  names: Record<string, string | null>;
}

/** What one window saw. */
export interface WindowSeen {
  grade: Grade;
  windowMs: number;
  /** Names that are answered with NXDOMAIN. */
  denied: string[];
  allowed: Allowed[];
  /** Canaries: those that must fail, and those that must be reached. */
  fail: string[];
  reach: string[];
  before?: CanaryLook;
  during?: CanaryLook;
  end?: CanaryLook;
  after?: CanaryLook;
  /** As they were written. */
  names?: Record<string, string>;
  /** At its beginning, and at its end. */
  onCluster: OnCluster[];
  /** In which everything was denied, in milliseconds since 1970. */
  window?: { from: number; to: number };
  /** What each reconcile of everything came to. */
  reconciled: string[];
  charts: Pulled[];
  images?: ImagePulls;
  /** Why nothing was blocked, where the two sides cannot be told apart. */
  shared?: string[];
  /** What kept the experiment from doing what it claims. */
  broken: string[];
  /** What of the Sovereign failed. */
  problems: string[];
}

export interface WindowOptions {
  kube: Kube;
  /** Which the probe and the undo run. */
  image: string;
  grade: Grade;
  windowMs: number;
}

/** How much longer than the window the armed expiry waits: for what is exercised in it. */
const graceMs = (windowMs: number) => Math.max(300_000, windowMs * 1.5);

/** Plan of `egressWindow`, of whatever grade. */
export const windowMutations = async (world: World): Promise<Mutation[]> => [
  ...canaryProbeMutations,
  ...egressMutations,
  reconcileMutation,
  ...(await pullMutations(world)),
];

export async function egressWindow(world: World, context: StepContext, options: WindowOptions): Promise<WindowSeen> {
  const { kube, image, grade, windowMs } = options;
  const { clock } = world;
  const denial = await denialAt(world, kube, grade, context.signal);
  const { denied, allowed } = denial;
  const seen: WindowSeen = {
    ...{ grade, windowMs, denied, allowed, fail: deniedCanaries(denied, allowed), reach: allowedCanaries(allowed) },
    ...{ onCluster: [], reconciled: [], charts: [], broken: [], problems: [] },
  };
  const look = (known: Readonly<Record<string, string>> = {}) =>
    runProbe<CanaryLook>(
      kube,
      context,
      canaryProbe(image, { hosts: [...seen.fail, ...seen.reach], known, resolvers: outsideResolvers }),
    );
  seen.before = await look();
  const known = knownAddresses(seen.before);
  seen.fail = telling(seen.fail, denial, seen.before);
  const shared = sharedIn(denial, seen.before);
  if (shared.length > 0) return { ...seen, shared };

  const block = holdBlock(world, context, windowMs + graceMs(windowMs));
  const { run, seconds, signal } = block;
  const show = (state: Part['state'], note: string, ends?: Date) =>
    context.progress.part?.({ group: 'moment', id: 'egress', state, note, until: ends });
  const held = { ...context, signal };
  try {
    seen.names = await deny(held, { kube, run, image, seconds, denied, allowed });
    seen.onCluster.push(await onCluster(world, kube));
    block.check();
    seen.during = await untilBlocked(
      world,
      held,
      () => look(known),
      (reach) => openIn(reach, seen.fail),
    );
    if (openIn(seen.during, seen.fail).length === 0) {
      const from = clock.now().getTime();
      context.progress.output(`a Pod reaches nothing but the list of ${grade}; window ${formatDuration(windowMs)}`);
      show('running', `blocked: Pods reach nothing outside but the list of ${grade}`, new Date(from + windowMs));
      await exercise(world, held, { seen, kube, grade, from, windowMs });
      block.check();
      seen.end = await look(known);
      seen.onCluster.push(await onCluster(world, kube));
      seen.window = { from, to: clock.now().getTime() };
    }
  } catch (error) {
    signal.throwIfAborted();
    if (endsTheRun(error)) throw error;
    seen.broken.push(messageOf(error));
  } finally {
    block.close();
    show('running', 'the block is being lifted');
    await liftBlock(kube, context.undo, run.runId);
    show('pass', 'open again');
  }
  seen.after = await look(known);
  return seen;
}

async function onCluster({ clock }: World, kube: Kube): Promise<OnCluster> {
  const [policy, names] = await Promise.all([kube.get(policyRef), kube.get(namesRef)]);
  const { uid, generation } = policy?.metadata ?? {};
  return {
    at: clock.now().getTime(),
    policy: policy
      ? { ...(uid ? { uid } : {}), ...(generation === undefined ? {} : { generation }), spec: policy.spec }
      : null,
    names: namesOn(names, [blockNamesKey, allowedNamesKey]),
  };
}

interface Exercising {
  seen: WindowSeen;
  kube: Kube;
  grade: Grade;
  from: number;
  windowMs: number;
}

/** Reconciles everything at the beginning and at the end, and pulls anew in between: what was only kept from before would not survive that. */
async function exercise(
  world: World,
  context: StepContext,
  { seen, kube, grade, from, windowMs }: Exercising,
): Promise<void> {
  const { signal } = context;
  const attempt = async (work: () => Promise<void>) => {
    if (seen.problems.length > 0) return;
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      if (endsTheRun(error)) throw error;
      seen.problems.push(messageOf(error));
    }
  };
  const reconcile = () => attempt(async () => void seen.reconciled.push(await reconcileAll(world, context)));
  await reconcile();
  await attempt(async () => {
    seen.charts = await pullCharts(kube, context, signal);
    seen.images = await pullImages(world, context, { grade, signal });
  });
  // a window that has failed need not go on
  const isFine = [...seen.charts, ...(seen.images?.pulled ?? [])].every(({ ok }) => ok);
  if (!isFine || seen.problems.length > 0) return;
  const rest = from + windowMs - world.clock.now().getTime();
  if (rest > 0) await world.clock.sleep(rest, signal);
  await reconcile();
}
