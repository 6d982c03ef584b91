/** What a step waited for, and for how long: kept with its proof, so that its duration can be explained later. */
import { readFileSync } from 'node:fs';

export interface RecordedWait {
  /** In words: "Kustomization flux-system/bp-harbor at main@sha1:…", or `processor`. */
  for: string;
  ms: number;
}

/** Work of this machine's that stood still because every processor was taken. */
export const processor = 'the processor of this machine';

/** Shorter ones explain nothing. */
const shortestMs = 1000;
const most = 8;

/**
 * One wait at a time counts, the one that was reported last, so that all of them together are no longer than the step.
 * @param now milliseconds
 * @param stalled milliseconds that this machine's work has waited for a processor since it started; undefined where that is not known
 */
export function recordWaits(now: () => number, stalled: () => number | undefined = processorStall) {
  const sums = new Map<string, number>();
  const stalledBefore = stalled();
  let current: { reason: string; since: number } | undefined;
  const end = () => {
    if (current) sums.set(current.reason, (sums.get(current.reason) ?? 0) + now() - current.since);
    current = undefined;
  };
  return {
    waiting(reason: string): void {
      if (current?.reason === reason) return;
      end();
      current = { reason, since: now() };
    },
    /** Longest first. */
    ended(): RecordedWait[] {
      end();
      const after = stalled();
      if (stalledBefore !== undefined && after !== undefined) sums.set(processor, after - stalledBefore);
      return [...sums]
        .map(([reason, ms]) => ({ for: reason, ms: Math.round(ms) }))
        .filter(({ ms }) => ms >= shortestMs)
        .sort((one, other) => other.ms - one.ms)
        .slice(0, most);
    },
  };
}

/** Linux counts it (Documentation/accounting/psi.rst): the time in which something that could run had to wait. */
function processorStall(): number | undefined {
  try {
    const total = /^some .*total=(\d+)$/m.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1];
    return total === undefined ? undefined : Number(total) / 1000;
  } catch {
    return undefined;
  }
}
