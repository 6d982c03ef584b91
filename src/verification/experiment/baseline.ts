/** Waits on the samples of an experiment: for steady ground before the fault, and for it again after the undo. */
import { command } from '../../support/commands/command.js';
import { formatDuration } from '../../support/durations.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { type Observation, waitUntil } from '../../support/wait.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import type { Probe, Sampler } from './sampler.js';
import { type Blind, blindFor, isBad, lateMs, type Sample } from './samples.js';

/** How long a baseline of that length may take to come. */
export function baselineWithinMs(baselineMs: number): number {
  return 3 * baselineMs + 60_000;
}

const wordOf = ({ error, ms }: Sample) => error ?? `late: ${ms} ms, the limit is ${lateMs}`;

/**
 * Waits until every probe has been green for as long as asked, without a break, and answers since when (ms since the start).
 * Throws E6002 when that does not come: nothing is killed on ground that shakes by itself. `data.class` is then the class of the probe that
 * failed last, `witness` when that was our own slowness.
 * @param blind when we were too slow ourselves to see anything
 */
export async function greenBaseline(
  world: Pick<World, 'clock' | 'signal'>,
  { progress }: Pick<StepContext, 'progress'>,
  sampler: Sampler,
  probes: readonly Pick<Probe, 'name' | 'class'>[],
  { baselineMs, blind }: { baselineMs: number; blind: () => readonly Blind[] },
): Promise<number> {
  const lastBad = () => sampler.samples.findLast(isBad);
  return waitUntil<number>({
    reason: 'a baseline in which every probe is green',
    timeoutMs: baselineWithinMs(baselineMs),
    clock: world.clock,
    signal: world.signal,
    onPending: progress.waiting,
    look: async (): Promise<Observation<number>> => {
      const bad = lastBad();
      const from = Math.max(bad ? bad.t + Math.max(1, bad.ms) : 0, sampler.jumps.at(-1)?.t ?? 0);
      const missing = probes.find(({ name }) => sampler.isGreen(name, from) === undefined);
      if (missing === undefined && sampler.now() - from >= baselineMs) return { done: from };
      const since = bad ? `since ${bad.probe} failed (${wordOf(bad)})` : 'from the start';
      return { pending: `the baseline: every probe green for ${formatDuration(baselineMs)}, ${since}` };
    },
  }).catch((error: unknown) => {
    world.signal.throwIfAborted();
    const bad = lastBad();
    const ours = bad && blindFor(bad, blind())?.why;
    const what = bad ? `${bad.probe} (${wordOf(bad)}${ours ? `; ${ours}` : ''})` : messageOf(error);
    throw fail('E6002', `The baseline is not green: ${what}. Nothing was killed.`, {
      data: { class: ours ? 'witness' : probes.find(({ name }) => name === bad?.probe)?.class },
      actions: [command('status'), command('verify dod', { only: 'D1,D2' })],
      cause: error,
    });
  });
}

/**
 * Two minutes for everything to be green again; what is not is told by the judge. Only samples begun after `since` count: a slow
 * probe may still hold a good sample of before the undo.
 */
export async function untilGreen(
  world: Pick<World, 'clock' | 'signal'>,
  sampler: Sampler,
  probes: readonly Pick<Probe, 'name'>[],
  since: number,
): Promise<void> {
  await waitUntil({
    reason: 'every probe to be green again',
    timeoutMs: 120_000,
    clock: world.clock,
    signal: world.signal,
    look: async () => {
      const red = probes.find(({ name }) => sampler.isGreen(name, since) !== true);
      return red === undefined ? { done: true } : { pending: red.name };
    },
  }).catch(() => world.signal.throwIfAborted());
}
