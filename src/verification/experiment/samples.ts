/** Samples of probes and what follows from them. Pure. */
export interface Sample {
  probe: string;
  /** Milliseconds since the experiment began. */
  t: number;
  /** How long the answer took. */
  ms: number;
  ok: boolean;
  error?: string;
}

export type ProbeClass = 'control' | 'sovereign' | 'protected';

export interface ProbeSummary {
  name: string;
  class: ProbeClass;
  samples: number;
  failures: number;
  longestOutageMs: number;
  p50: number;
  p95: number;
  max: number;
}

/** Samples of one probe between two moments. An outage lasts from the first failed sample to the next good one. */
export function summarize(
  name: string,
  cls: ProbeClass,
  samples: readonly Sample[],
  from = Number.NEGATIVE_INFINITY,
  to = Number.POSITIVE_INFINITY,
): ProbeSummary {
  const mine = samples
    .filter((one) => one.probe === name && one.t >= from && one.t <= to)
    .toSorted((a, b) => a.t - b.t);
  const times = mine
    .filter((one) => one.ok)
    .map((one) => one.ms)
    .sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    name,
    class: cls,
    samples: mine.length,
    failures: mine.filter((one) => !one.ok).length,
    longestOutageMs: longestOutage(mine),
    p50: at(0.5),
    p95: at(0.95),
    max: times.at(-1) ?? 0,
  };
}

function longestOutage(samples: readonly Sample[]): number {
  let longest = 0;
  let since: number | undefined;
  for (const one of samples) {
    if (!one.ok) since ??= one.t;
    if (since !== undefined) longest = Math.max(longest, one.t + (one.ok ? 0 : one.ms) - since);
    if (one.ok) since = undefined;
  }
  return longest;
}

/** The first moment from which every later sample of a probe (up to `until`) is bad, or undefined when there is none. */
export function redFrom(samples: readonly Sample[], probe: string, from: number, until: number): number | undefined {
  const mine = samples
    .filter((one) => one.probe === probe && one.t >= from && one.t <= until)
    .toSorted((a, b) => a.t - b.t);
  const lastGood = mine.findLastIndex((one) => one.ok);
  return mine[lastGood + 1]?.t;
}
