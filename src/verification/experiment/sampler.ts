/** Runs probes at their rate until told to stop, and keeps every sample. */
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors/errors.js';
import type { ProbeClass, Sample } from './samples.js';

export interface Probe {
  name: string;
  class: ProbeClass;
  /** Throws when it is not green. */
  look(signal: AbortSignal): Promise<void>;
}

export interface Sampler {
  samples: Sample[];
  /** Milliseconds since the start. */
  now(): number;
  /** True when the newest sample of the probe that began at `since` (ms since the start) or later is good; undefined before the first. */
  isGreen(probe: string, since?: number): boolean | undefined;
  stop(): Promise<void>;
}

export function startSampler(probes: readonly Probe[], clock: Clock, intervalMs: number, signal: AbortSignal): Sampler {
  const startedAt = clock.now().getTime();
  const stopped = new AbortController();
  const both = AbortSignal.any([signal, stopped.signal]);
  const samples: Sample[] = [];
  const now = () => clock.now().getTime() - startedAt;
  const run = async (probe: Probe) => {
    while (!both.aborted) {
      const t = now();
      try {
        await probe.look(both);
        if (!both.aborted) samples.push({ probe: probe.name, t, ms: now() - t, ok: true });
      } catch (error) {
        if (!both.aborted) samples.push({ probe: probe.name, t, ms: now() - t, ok: false, error: messageOf(error) });
      }
      await clock.sleep(intervalMs, both).catch(() => undefined);
    }
  };
  const running = probes.map(run);
  return {
    samples,
    now,
    isGreen: (probe, since = 0) => samples.findLast((one) => one.probe === probe && one.t >= since)?.ok,
    async stop() {
      stopped.abort();
      await Promise.all(running);
    },
  };
}
