/** How busy this machine is: what it is too slow for tells nothing of a cluster, and least of all of one that runs on it. */
import { cpus } from 'node:os';

export interface Load {
  /** Milliseconds since the experiment began. */
  t: number;
  /** Share of all processors that was in use since the load before, 0 to 1. */
  busy: number;
}

/** Within a second: a process that needs a processor then waits for one. */
const saturated = 0.85;
export const saturatedWords = 'this machine, which also runs the lab, had no processor time left';

/** When it had nothing to spare, as far as it was measured. */
export function saturatedTimes(loads: readonly Load[]): { from: number; to: number }[] {
  return loads.flatMap(({ t, busy }, index) => (busy >= saturated ? [{ from: loads[index - 1]?.t ?? 0, to: t }] : []));
}

/** Each call answers for the time since the one before. */
export function busyMeter(): () => number {
  const read = () => {
    const times = cpus().map((one) => one.times);
    const idle = times.reduce((sum, one) => sum + one.idle, 0);
    return { idle, all: times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle) };
  };
  let last = read();
  return () => {
    const next = read();
    const all = next.all - last.all;
    const busy = all > 0 ? 1 - (next.idle - last.idle) / all : 0;
    last = next;
    return Math.round(busy * 1000) / 1000;
  };
}

/** True when the machine had nothing to spare for most of that time; false where it was not measured. */
export function wasSaturated(loads: readonly Load[], from: number, to: number): boolean {
  const mine = loads.filter(({ t }) => t > from && t <= to);
  return mine.length > 0 && mine.filter(({ busy }) => busy >= saturated).length * 2 > mine.length;
}
