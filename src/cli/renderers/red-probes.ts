/**
 * Probes that failed or were late, for a log: on a busy machine they change hundreds of times in one window, and get one line until
 * the next line of their step, at most one a minute.
 */
import type { StepEvent, StepRef } from '../../engine/events.js';

const lineEveryMs = 60_000;
const namesShown = 3;
const reasonsShown = 4;

interface Held {
  step: StepRef;
  since: Date;
  /** How often each probe turned red, by the reason. */
  reasons: Map<string, Map<string, number>>;
}

export function createRedProbes() {
  const held = new Map<string, Held>();
  const take = (id: string): string | undefined => {
    const reasons = held.get(id)?.reasons;
    held.delete(id);
    return reasons && wordsOf(reasons);
  };
  return {
    add({ step, part, at }: StepEvent) {
      if (part?.group !== 'probe' || part.state !== 'fail') return;
      const { reasons } = held.get(step.id) ?? begin(step, at);
      const probes = reasons.get(part.note ?? '') ?? new Map<string, number>();
      reasons.set(part.note ?? '', probes.set(part.id, (probes.get(part.id) ?? 0) + 1));
    },
    /** What is held of this step. */
    take,
    /** What has been held for a minute. */
    takeOld: (now: Date): { step: StepRef; words: string }[] =>
      [...held.values()]
        .filter(({ since }) => now.getTime() - since.getTime() >= lineEveryMs)
        .map(({ step }) => ({ step, words: take(step.id)! })),
  };

  function begin(step: StepRef, since: Date): Held {
    const one = { step, since, reasons: new Map() };
    held.set(step.id, one);
    return one;
  }
}

/** `probes that were red: late (console 5 times, api, dns and 4 more); connection refused (git)`. */
function wordsOf(reasons: Held['reasons']): string {
  const parts = [...reasons].map(([reason, probes]) => {
    const names = [...probes].map(([name, count]) => (count > 1 ? `${name} ${count} times` : name));
    return `${reason || 'failed'} (${shortList(names, ', ', namesShown)})`;
  });
  return `probes that were red: ${shortList(parts, '; ', reasonsShown)}`;
}

function shortList(words: readonly string[], separator: string, most: number): string {
  const more = words.length - most;
  return more > 0 ? `${words.slice(0, most).join(separator)} and ${more} more` : words.join(separator);
}
