/** The window itself: from the canary that turns red to the undo, no longer than was announced. */
import type { Part } from '../../engine/events.js';
import { stopCatalyst } from '../../handover/mother/stop-catalyst.js';
import type { CatalystOnMother } from '../../mother/discover.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { messageOf } from '../../support/errors/errors.js';
import { unlessAborted, waitUntil } from '../../support/wait.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import type { ExercisePlan } from './exercises.js';
import type { Exercise } from './experiment.js';
import type { InsideCanary } from './mother/canary-inside.js';
import { type DownTime, onlyBefore, startDownTime } from './mother/down-time.js';
import { goneSince } from './mother/sightings.js';
import type { MotherWatching } from './mother/watch.js';
import { canaryName } from './probes.js';
import type { Sampler } from './sampler.js';

/** The first red sample may be a little younger than the moment we saw it: a margin keeps the window whole. */
const marginMs = 500;
/** The last look of the canary inside comes when that share of the window is over. */
const lateInWindow = 0.6;

const apiDown: Part = {
  group: 'moment',
  id: 'catalyst-api',
  state: 'running',
  note: 'is down on the mother, the canary is red',
};

export interface Fault {
  sampler: Sampler;
  watching: MotherWatching;
  inside: InsideCanary;
  /** Milliseconds since the experiment began. */
  faultAt: number;
  down: DownTime;
  /** What was begun, and is waited for after the undo. */
  begun: Promise<unknown>[];
}

type Stopping = Omit<Fault, 'down'> & { catalyst: CatalystOnMother };

/**
 * Stops catalyst-api and exercises; answers in time for it to be put back, whatever hangs. Answers none when it did not stop in time,
 * which the judge tells.
 */
export async function stopAndExercise(
  world: World,
  context: StepContext,
  { catalyst, ...fault }: Stopping,
  options: WindowOptions,
): Promise<Exercise[]> {
  const { clock } = world;
  const down = startDownTime(clock, { ...fault.sampler, ...fault, ...options });
  try {
    const mother = await world.mother();
    await unlessAborted(stopCatalyst(mother, onlyBefore(down.over, context.act), catalyst), context.signal, down.over);
    return await exerciseWhileRed(world, context, { ...fault, down }, options);
  } catch (error) {
    if (error !== down.over.reason) throw error;
    context.progress.output(messageOf(error));
    return [];
  } finally {
    down.close();
  }
}

interface WindowOptions {
  windowMs: number;
  exercises: readonly ExercisePlan[];
}

/**
 * Waits until the canary is red and nothing of catalyst-api is left, exercises, and stays until the window is over. When the mother
 * must be put back, exercises that have not ended are cut off: they failed. Answers none when the canary never turned red.
 */
export async function exerciseWhileRed(
  world: World,
  { signal, progress }: StepContext,
  { sampler, watching, inside, faultAt, down, begun }: Fault,
  { windowMs, exercises }: WindowOptions,
): Promise<Exercise[]> {
  const { clock } = world;
  const { endAt } = down;
  const left = (until: number) => Math.max(0, until - sampler.now());
  const isRed = await waitUntil({
    reason: 'the canary to turn red and catalyst-api to be gone from the mother',
    timeoutMs: left(endAt),
    clock,
    signal: AbortSignal.any([signal, down.over]),
    pauseMs: 100,
    maxPauseMs: 250,
    onPending: progress.waiting,
    look: async () => {
      if (sampler.isGreen(canaryName, faultAt) !== false) return { pending: 'the canary is still green' };
      if (goneSince(watching.watch, faultAt) === undefined) return { pending: 'something of catalyst-api is left' };
      return { done: true };
    },
  }).catch((error: unknown) => {
    // A canary that never turns red is a finding about the experiment, which the judge tells; it is not a wait to resume.
    signal.throwIfAborted();
    progress.output(messageOf(error));
    return false;
  });
  if (!isRed) return [];
  const redAt = sampler.now();
  progress.output(`catalyst-api is down, the canary is red; window ${windowMs / 1000}s`);
  progress.part?.({ ...apiDown, until: new Date(clock.now().getTime() + windowMs + marginMs) });
  const over = new AbortController();
  const cut = AbortSignal.any([signal, down.over, over.signal]);
  const listening = listen(inside, { cut, wait: (ms) => clock.sleep(ms, cut), windowMs });
  const running = exercises.map((exercise) => exerciseOnce(exercise, { sampler, signal, cut, begun }));
  begun.push(listening);
  try {
    const done = await unlessAborted(Promise.all(running), signal);
    const rest = Math.min(left(redAt + windowMs + marginMs), left(endAt));
    if (rest > 0) await clock.sleep(rest, signal);
    await unlessAborted(listening, cut).catch(() => signal.throwIfAborted());
    // What happened since the last look must be known before the undo changes it.
    await unlessAborted(watching.look(), cut).catch((error: unknown) =>
      watching.watch.missed.push({ t: sampler.now(), error: messageOf(error) }),
    );
    signal.throwIfAborted();
    return done;
  } finally {
    over.abort(new Error('the window is over'));
  }
}

interface Exercising {
  sampler: Sampler;
  signal: AbortSignal;
  cut: AbortSignal;
  begun: Promise<unknown>[];
}

async function exerciseOnce(
  { name, class: cls, run }: ExercisePlan,
  { sampler, signal, cut, begun }: Exercising,
): Promise<Exercise> {
  const from = sampler.now();
  const work = run(cut);
  begun.push(work);
  try {
    const reason = await unlessAborted(work, cut);
    return { name, class: cls, ok: true, from, to: sampler.now(), reason };
  } catch (error) {
    signal.throwIfAborted();
    if (endsTheRun(error)) throw error;
    const to = sampler.now();
    if (!cut.aborted) return { name, class: cls, ok: false, from, to, reason: messageOf(error) };
    const reason = `it had not ended after ${Math.round((to - from) / 1000)} s, when catalyst-api had to be started again`;
    return { name, class: cls, ok: false, from, to, reason, cutOff: true };
  }
}

/** At the beginning of the window and late in it; what cannot be heard is told by the judge. */
async function listen(
  inside: InsideCanary,
  { cut, wait, windowMs }: { cut: AbortSignal; wait: (ms: number) => Promise<void>; windowMs: number },
): Promise<void> {
  if (!inside.isUsable) return;
  for (const pause of [0, windowMs * lateInWindow]) {
    await wait(pause).catch(() => undefined);
    if (!cut.aborted) await inside.listen().catch(() => undefined);
  }
}
