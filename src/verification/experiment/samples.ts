/** Samples of probes and what follows from them. Pure. */
export interface Sample {
  probe: string;
  /** Milliseconds since the experiment began, by a clock that is never set; when the sample started. */
  t: number;
  /** How long the answer took. */
  ms: number;
  ok: boolean;
  error?: string;
  /** What was answered: an HTTP status or a code of DNS. Left out where nothing answered. */
  status?: number | string;
  /** The server's own Date, in milliseconds since 1970. */
  date?: number;
}

/** A witness depends on neither cluster: it tells how slow we are ourselves. */
export type ProbeClass = 'control' | 'sovereign' | 'protected' | 'witness';

export interface ProbeSummary {
  name: string;
  class: ProbeClass;
  samples: number;
  /** Failed or late, and seen to be. */
  failures: number;
  /** Late on a witness too: they tell of us, not of the target. */
  notObserved: number;
  longestOutageMs: number;
  p50: number;
  p95: number;
  max: number;
}

/** An answer that took longer is none that a customer waits for. */
export const lateMs = 2000;
/** A witness starts up to one interval after the sample that it is to explain. */
const witnessLateMs = lateMs - 500;

export const isBad = ({ ok, ms }: Sample) => !ok || ms > lateMs;

const inOrder = (samples: readonly Sample[]) => samples.toSorted((a, b) => a.t - b.t);

/** A stretch of time in which a witness did not answer in time either: from the end of its last good sample to the start of the next. */
export interface Blind {
  /** "witness: loopback was late too". */
  why: string;
  from: number;
  to: number;
}

export function blindTimes(samples: readonly Sample[], witnesses: readonly string[]): Blind[] {
  return witnesses.flatMap((witness) => {
    const blind: Blind[] = [];
    let goodEnd = Number.NEGATIVE_INFINITY;
    let open: Blind | undefined;
    for (const one of inOrder(samples.filter(({ probe }) => probe === witness))) {
      if (one.ok && one.ms <= witnessLateMs) {
        if (open) blind.push({ ...open, to: one.t });
        open = undefined;
        goodEnd = Math.max(goodEnd, one.t + one.ms);
      } else open ??= { why: `${witness} was late too`, from: Math.min(goodEnd, one.t), to: Number.POSITIVE_INFINITY };
    }
    return open ? [...blind, open] : blind;
  });
}

/** Why a bad sample tells nothing of its target; undefined when it does: a wrong answer is always seen, however slow we are. */
export function blindFor(sample: Sample, blind: readonly Blind[]): Blind | undefined {
  if (!isBad(sample) || (!sample.ok && sample.status !== undefined)) return undefined;
  return blind.find(({ from, to }) => sample.t <= to && sample.t + sample.ms >= from);
}

/** Samples of one probe that started between two moments. `blind`: when a witness was late too. */
export function summarize(
  name: string,
  cls: ProbeClass,
  samples: readonly Sample[],
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, blind = [] }: Span & { blind?: Blind[] } = {},
): ProbeSummary {
  const mine = within(samples, name, { from, to });
  const seen = mine.filter((one) => !blindFor(one, blind));
  const times = seen
    .filter((one) => one.ok)
    .map((one) => one.ms)
    .sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    name,
    class: cls,
    samples: mine.length,
    failures: seen.filter(isBad).length,
    notObserved: mine.length - seen.length,
    longestOutageMs: longestOutage(seen),
    p50: at(0.5),
    p95: at(0.95),
    max: times.at(-1) ?? 0,
  };
}

export interface Span {
  from?: number;
  to?: number;
}

export const within = (
  samples: readonly Sample[],
  name: string,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Span,
): Sample[] => inOrder(samples.filter((one) => one.probe === name && one.t >= from && one.t <= to));

/** From the start of the first failed or late sample to the start of the next good one; to its own end while none has come. */
function longestOutage(samples: readonly Sample[]): number {
  let longest = 0;
  let since: number | undefined;
  for (const one of samples) {
    if (isBad(one)) since ??= one.t;
    else if (since !== undefined) {
      longest = Math.max(longest, one.t - since);
      since = undefined;
    }
  }
  const last = samples.at(-1);
  return since === undefined || !last ? longest : Math.max(longest, last.t + last.ms - since);
}

/** The longest run of samples of one probe that were not observed, when it began, and how many there were in all. */
export function longestBlindRun(mine: readonly Sample[], blind: readonly Blind[]) {
  const none = { count: 0, from: 0, why: '' };
  let [best, run, all] = [none, none, 0];
  for (const one of mine) {
    const unseen = blindFor(one, blind);
    if (unseen) all += 1;
    run = unseen ? { count: run.count + 1, from: run.count > 0 ? run.from : one.t, why: unseen.why } : none;
    if (run.count > best.count) best = run;
  }
  return { ...best, all };
}

/** The longest time between the starts of two samples that follow each other, and when it began; the ends of the span count as starts. */
export function longestGap(mine: readonly Sample[], from: number, to: number): { ms: number; at: number } {
  let last = from;
  let longest = { ms: 0, at: from };
  for (const t of [...mine.map((one) => one.t), to]) {
    if (t - last > longest.ms) longest = { ms: t - last, at: last };
    last = t;
  }
  return longest;
}

/** The first moment from which every later sample of a probe (up to `until`) failed, or undefined when there is none. */
export function redFrom(samples: readonly Sample[], probe: string, from: number, until: number): number | undefined {
  const mine = within(samples, probe, { from, to: until });
  const lastGood = mine.findLastIndex((one) => one.ok);
  return mine[lastGood + 1]?.t;
}

/**
 * How much further the servers' own clocks went than ours, in milliseconds: the median over the probes whose servers say a Date, so
 * that one server whose clock is set tells nothing. 0 when fewer than three say one.
 */
export function aheadByServers(samples: readonly Sample[]): number {
  const spans = new Map<string, { first: number; last: number; at: number }>();
  for (const { probe, t, ms, date } of inOrder(samples)) {
    if (date === undefined) continue;
    const ahead = date - t - ms;
    const known = spans.get(probe);
    spans.set(probe, { first: known?.first ?? ahead, last: ahead, at: t });
  }
  const moved = [...spans.values()].map(({ first, last }) => last - first).sort((a, b) => a - b);
  return moved.length < 3 ? 0 : moved[Math.floor(moved.length / 2)]!;
}
