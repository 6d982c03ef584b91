/**
 * Runs probes at their rate until told to stop, and keeps every sample. A sample starts at its time whether or not earlier ones have
 * returned: a target that hangs does not thin out what is known of it.
 */
import { systemTimes, type Times } from '../../handover/mother/undo/watch-deadline.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors/errors.js';
import { within } from '../../support/wait.js';
import { busyMeter, type Load } from './machine-load.js';
import type { ProbeClass, Sample } from './samples.js';
import { isBad } from './samples.js';

/** What a probe saw of an answer. `bad` says why it is not green. */
export interface Seen {
  status?: number | string;
  date?: number | undefined;
  bad?: string | undefined;
}

export interface Look {
  signal: AbortSignal;
  /** To be made over a new connection. */
  fresh: boolean;
}

export interface Probe {
  name: string;
  class: ProbeClass;
  /** Throws when there is no answer. */
  look(how: Look): Promise<Seen>;
}

/** The wall clock went by `ms` other than the monotonic one: it was set, or this machine was suspended. */
export interface Jump {
  t: number;
  ms: number;
}

export interface Sampler {
  samples: Sample[];
  jumps: Jump[];
  loads: Load[];
  /** Milliseconds since the start. */
  now(): number;
  /** True when the newest sample of the probe, begun at `since` (ms since the start) or later, is good; undefined before the first. */
  isGreen(probe: string, since?: number): boolean | undefined;
  stop(): Promise<void>;
}

export interface SamplerOptions {
  clock: Clock;
  /** Default: this machine's monotonic clock. */
  times?: Times | undefined;
  intervalMs: number;
  signal: AbortSignal;
  onSample?: (sample: Sample) => void;
}

export const deadlineMs = 5000;
/** Of one probe at one time. */
const mostOpen = 10;
/** Every so many samples, one is made over a new connection. */
const freshEvery = 4;
const jumpMs = 1000;
const loadEveryMs = 1000;

export function startSampler(probes: readonly Probe[], options: SamplerOptions): Sampler {
  const { clock, times = systemTimes, intervalMs, signal, onSample } = options;
  const startedAt = times.monotonic();
  const stopped = new AbortController();
  const both = AbortSignal.any([signal, stopped.signal]);
  const now = () => Math.round(times.monotonic() - startedAt);
  const pause = (ms: number) => clock.sleep(Math.max(0, ms), both).catch(() => undefined);
  const newest = new Map<string, Sample>();
  const open = new Map<string, Set<AbortController>>(probes.map(({ name }) => [name, new Set()]));
  const sampler: Sampler = {
    samples: [],
    jumps: [],
    loads: [],
    now,
    isGreen(probe, since = 0) {
      const sample = newest.get(probe);
      return sample && sample.t >= since ? !isBad(sample) : undefined;
    },
    async stop() {
      stopped.abort();
      await Promise.all(running);
    },
  };
  const keep = (sample: Sample) => {
    sampler.samples.push(sample);
    if ((newest.get(sample.probe)?.t ?? -1) < sample.t) newest.set(sample.probe, sample);
    onSample?.(sample);
  };
  const take = async (probe: Probe, fresh: boolean) => {
    const ends = new AbortController();
    open.get(probe.name)!.add(ends);
    const t = now();
    const { bad, ...seen } = await lookInTime(probe, { signal: ends.signal, fresh }, clock, ends);
    open.get(probe.name)!.delete(ends);
    if (both.aborted) return;
    keep({
      probe: probe.name,
      t,
      ms: now() - t,
      ok: bad === undefined,
      ...(bad ? { error: bad } : {}),
      ...defined(seen),
    });
  };
  /** Each probe has its own moment in the interval, so that they do not all start together. */
  const run = async (probe: Probe, index: number) => {
    await pause((index * intervalMs) / probes.length);
    for (let count = 0, due = now(); !both.aborted; count += 1) {
      // Handshakes cost most: not all of them at the same moment.
      if (open.get(probe.name)!.size < mostOpen) void take(probe, (count + index) % freshEvery === 0);
      due = Math.max(due + intervalMs, now());
      await pause(due - now());
    }
    for (const one of open.get(probe.name)!) one.abort(both.reason);
  };
  const watchClocks = async () => {
    const busy = busyMeter();
    const apart = () => clock.now().getTime() - times.monotonic();
    let last = apart();
    for (let measured = now(); !both.aborted; await pause(intervalMs)) {
      const moved = apart() - last;
      if (Math.abs(moved) > jumpMs) sampler.jumps.push({ t: now(), ms: Math.round(moved) });
      last += moved;
      if (now() - measured < loadEveryMs) continue;
      measured = now();
      sampler.loads.push({ t: measured, busy: busy() });
    }
  };
  const running = [...probes.map(run), watchClocks()];
  return sampler;
}

const over = new Error('over');

/** What the probe says within its deadline; without an answer, why there is none. */
async function lookInTime(probe: Probe, how: Look, clock: Clock, ends: AbortController): Promise<Seen> {
  try {
    return await within(probe.look(how), { clock, ms: deadlineMs });
  } catch (error) {
    ends.abort(over);
    return { bad: messageOf(error) || 'no answer' };
  }
}

const defined = ({ status, date }: Seen) => ({
  ...(status === undefined ? {} : { status }),
  ...(date === undefined ? {} : { date }),
});
