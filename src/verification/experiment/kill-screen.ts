/** What the screen shows of the kill experiment. */
import type { Part } from '../../engine/events.js';
import { shortReason } from '../../support/short-reason.js';
import type { StepContext } from '../../world/step.js';
import { canaryName } from './probes.js';
import { isBad, type Sample } from './samples.js';

const asItMustBe = 'red, as it must be while catalyst-api is down';

/** Probes on the screen, whenever one changes its state. */
export function showProbes({ progress }: StepContext) {
  const states = new Map<string, boolean>();
  return (sample: Sample) => {
    const { probe, error = 'late' } = sample;
    const ok = !isBad(sample);
    if (states.get(probe) === ok) return;
    states.set(probe, ok);
    progress.part?.({
      group: 'probe',
      id: probe,
      state: ok ? 'pass' : 'fail',
      note: ok ? '' : probe === canaryName && !sample.ok ? asItMustBe : shortReason(error),
    });
  };
}

/** A moment of the experiment, whose line stays until it is told anew. */
export function showMoments({ progress }: StepContext) {
  return (id: string, state: Part['state'], note: string) =>
    progress.part?.({ group: 'moment', id, state, note, until: undefined });
}
