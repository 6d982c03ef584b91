/** The §6 estimate, serial and parallel, with the critical path through the phases. */
import { phases } from '../walk/wbs.js';

export interface Timeline {
  phases: {
    id: number;
    title: string;
    duration: string;
    days: readonly [number, number];
    startsAfter: readonly number[];
    /** Milliseconds that the phase took when it was last proven. */
    tookMs?: number;
  }[];
  serialDays: [number, number];
  parallelDays: [number, number];
  criticalPath: number[];
}

export function timelineOf(took: ReadonlyMap<number, number | undefined> = new Map()): Timeline {
  const finish = new Map<number, { days: [number, number]; path: number[] }>();
  for (const phase of phases) {
    const before = phase.needs.map((id) => finish.get(id)!).sort((a, b) => b.days[1] - a.days[1])[0];
    const low = Math.max(0, ...phase.needs.map((id) => finish.get(id)!.days[0]));
    finish.set(phase.id, {
      days: [low + phase.days[0], (before?.days[1] ?? 0) + phase.days[1]],
      path: [...(before?.path ?? []), phase.id],
    });
  }
  const longest = [...finish.values()].sort((a, b) => b.days[1] - a.days[1])[0]!;
  const sum = (index: 0 | 1) => phases.reduce((total, phase) => total + phase.days[index], 0);
  return {
    phases: phases.map(({ id, title, duration, days, needs }) => ({
      id,
      title,
      duration,
      days,
      startsAfter: needs,
      ...(took.has(id) ? { tookMs: took.get(id) } : {}),
    })),
    serialDays: [sum(0), sum(1)],
    parallelDays: longest.days,
    criticalPath: longest.path,
  };
}
