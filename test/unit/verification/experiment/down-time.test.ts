/** One deadline from the first write to the one that puts catalyst-api back, whatever hangs in between. */
import { describe, expect, it } from 'vitest';
import { lookAtCatalyst } from '../../../../src/handover/handover.js';
import { stopCatalyst } from '../../../../src/handover/mother/stop-catalyst.js';
import { withArmedUndo } from '../../../../src/handover/mother/undo/armed-undo.js';
import { startCatalyst } from '../../../../src/handover/mother/undo/start-catalyst.js';
import { unlessAborted } from '../../../../src/support/wait.js';
import { longestDownMs } from '../../../../src/verification/experiment/experiment.js';
import { stopAndExercise } from '../../../../src/verification/experiment/kill-window.js';
import type { InsideCanary } from '../../../../src/verification/experiment/mother/canary-inside.js';
import { downSecondsOf, onlyBefore } from '../../../../src/verification/experiment/mother/down-time.js';
import type { MotherWatching } from '../../../../src/verification/experiment/mother/watch.js';
import type { Sampler } from '../../../../src/verification/experiment/sampler.js';
import { alive, gone } from '../../../fakes/observed-kill.js';
import { orderedClock } from '../../../fakes/ordered-clock.js';
import { memoryCluster, motherCluster, rig } from '../../handover/rig.js';

const windowMs = 20_000;
const never = () => new Promise<never>(() => undefined);
const deployment = 'Deployment catalyst/catalyst-api';

/** catalyst-api is red and gone two seconds after the fault, by a clock that leaps. */
async function rigged() {
  const mother = motherCluster({});
  const clock = orderedClock();
  const { world, context } = rig(mother, memoryCluster([]), () => undefined);
  Object.assign(world, { clock });
  const catalyst = await lookAtCatalyst(world);
  const sightings = [
    { t: 0, ...alive },
    { t: 2000, ...gone },
  ];
  const watching: MotherWatching = {
    watch: { looks: [], sightings, missed: [] },
    look: async () => undefined,
    stop: async () => undefined,
  };
  const sampler = { now: clock.passedMs, isGreen: () => clock.passedMs() < 2000 } as unknown as Sampler;
  const inside = { isUsable: false } as InsideCanary;
  const fault = { catalyst, sampler, watching, inside, faultAt: 0, begun: [] as Promise<unknown>[] };
  const run = (exercise: () => Promise<string> = async () => 'done') =>
    stopAndExercise(world, context, fault, {
      windowMs,
      exercises: [{ name: 'push', class: 'gitops', run: exercise }],
    });
  return { mother, clock, world, context, catalyst, watching, run };
}

describe('the undo begins within the time that was announced', () => {
  const most = longestDownMs(windowMs);

  it('after the window, when nothing hangs', async () => {
    const { run, clock } = await rigged();
    expect(await run()).toMatchObject([{ ok: true }]);
    expect(clock.passedMs()).toBeLessThan(windowMs + 5000);
  });

  it.each([
    ['catalyst-api that does not stop', 'stop'],
    ['a write that is not answered', 'write'],
    ['an exercise', 'exercise'],
    ['the last look at the mother', 'look'],
  ])('though %s hangs', async (_what, hangs) => {
    const { run, clock, mother, watching } = await rigged();
    if (hangs === 'stop') mother.kube.waitFor = never;
    if (hangs === 'write') mother.kube.patch = never;
    if (hangs === 'look') watching.look = never;
    const exercises = await run(hangs === 'exercise' ? never : undefined);
    expect(clock.passedMs()).toBeGreaterThan(windowMs);
    expect(clock.passedMs()).toBeLessThanOrEqual(most - 4000);
    if (hangs === 'exercise') expect(exercises).toMatchObject([{ ok: false, cutOff: true }]);
    if (hangs === 'stop' || hangs === 'write') expect(exercises).toEqual([]);
  });

  it('and the mother counts to the same moment, a little later than this process', () => {
    for (const ms of [20_000, 300_000]) {
      expect(downSecondsOf(ms) * 1000).toBeGreaterThan(longestDownMs(ms) - 4000);
      // it sees the stop up to two and a half seconds late
      expect(downSecondsOf(ms) * 1000 + 2500).toBeLessThan(longestDownMs(ms));
    }
  });

  it('an interrupt ends it before', async () => {
    const interrupt = new AbortController();
    const waiting = unlessAborted(never(), interrupt.signal);
    interrupt.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
  });
});

describe('what was to stop it', () => {
  it('is not written any more once the time is over, however late the gate lets it through', async () => {
    const { mother, context, catalyst } = await rigged();
    const over = new AbortController();
    const slowGate: typeof context.act = (mutation, change, options) => {
      over.abort(new Error('the mother must be put back'));
      return context.act(mutation, change, options);
    };
    await expect(stopCatalyst(mother.kube, onlyBefore(over.signal, slowGate), catalyst)).rejects.toThrow('put back');
    expect(mother.writes).toEqual([]);
  });

  it('and arrives after the undo, is undone before the mother is disarmed', async () => {
    const { mother, world, context, catalyst } = await rigged();
    const { patch } = mother.kube;
    let arrive = () => undefined as unknown;
    let scaled = 0;
    mother.kube.patch = async (ref, body, ...rest) => {
      if (ref.kind !== 'Deployment') return patch(ref, body, ...rest);
      scaled += 1;
      if (scaled === 2) setImmediate(() => arrive());
      if (scaled > 1) return patch(ref, body, ...rest);
      await new Promise<void>((resolve) => {
        arrive = resolve as () => undefined;
      });
      return patch(ref, body, ...rest);
    };
    const over = new AbortController();
    const arming = { catalyst, seconds: 600, downSeconds: downSecondsOf(windowMs) };
    let job: string[] = [];
    await withArmedUndo(world, context, arming, async (armed) => {
      const env = [...mother.objects.values()].find(({ kind }) => kind === 'Job')!.spec.template.spec.containers[0].env;
      job = env.flatMap(({ name, value }: Record<string, string>) => (name === 'DOWN_SECONDS' ? [value] : []));
      const stopping = unlessAborted(stopCatalyst(mother.kube, armed.act, catalyst), over.signal);
      setImmediate(() => over.abort(new Error('over')));
      await stopping.catch(() => undefined);
    });
    expect(mother.objects.get(deployment)?.spec.replicas).toBe(1);
    expect(scaled).toBe(3);
    expect(job).toEqual(['47']);
  });
});

describe('what puts it back', () => {
  it('is written though the mother does not say what there is now, and tells when it was', async () => {
    const { mother, clock, context, catalyst } = await rigged();
    mother.objects.get(deployment)!.spec.replicas = 0;
    mother.kube.get = never;
    let startedAt = -1;
    const onStarted = () => {
      startedAt = clock.passedMs();
    };
    await startCatalyst(mother.kube, context.undo, catalyst, { clock, onStarted });
    expect(mother.objects.get(deployment)?.spec.replicas).toBe(1);
    expect(startedAt).toBe(3000);
  });

  it('is written again when a lost write of ours stops it once more', async () => {
    const { mother, context, catalyst } = await rigged();
    const { waitFor } = mother.kube;
    let waits = 0;
    mother.kube.waitFor = async (ref, options) => {
      if (waits++ === 0) mother.objects.get(deployment)!.spec.replicas = 0;
      return waitFor(ref, options);
    };
    await startCatalyst(mother.kube, context.undo, catalyst);
    expect(mother.objects.get(deployment)?.spec.replicas).toBe(1);
    expect(waits).toBe(2);
  });
});
