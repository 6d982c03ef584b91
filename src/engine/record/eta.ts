/** How long the rest takes, from what each step is expected to take and what it waits for. Pure. */
import { formatDuration } from '../../support/durations.js';
import type { StepStatus } from './run-record.js';

export interface TimedStep {
  id: string;
  status: StepStatus;
  startedAt?: Date;
  expectedMs?: number;
  needs?: readonly string[];
}

/** Milliseconds until the last of these steps ends; undefined while nobody knows of a step that is still to come. */
export function remainingMs(steps: readonly TimedStep[], now: Date): number | undefined {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const ends = new Map<string, number>();
  let known = true;
  const endOf = (step: TimedStep): number => {
    const counted = ends.get(step.id);
    if (counted !== undefined) return counted;
    // Before its needs: a circle ends here.
    ends.set(step.id, 0);
    const own = restOf(step, now);
    known &&= own !== undefined;
    const before = step.status === 'pending' ? (step.needs ?? []).flatMap((id) => byId.get(id) ?? []).map(endOf) : [];
    const end = Math.max(0, ...before) + (own ?? 0);
    ends.set(step.id, end);
    return end;
  };
  const last = Math.max(0, ...steps.map(endOf));
  return known ? last : undefined;
}

function restOf({ status, startedAt, expectedMs }: TimedStep, now: Date): number | undefined {
  if (status === 'pending') return expectedMs;
  if (status !== 'running') return 0;
  const elapsed = startedAt ? now.getTime() - startedAt.getTime() : 0;
  return expectedMs === undefined ? undefined : Math.max(0, expectedMs - elapsed);
}

/** `41s of ~1m20s`; `41s` where the rest is unknown or over. */
export function elapsedOf(elapsedMs: number, restMs: number | undefined): string {
  const elapsed = formatDuration(elapsedMs < 1000 ? elapsedMs : Math.floor(elapsedMs / 1000) * 1000);
  if (restMs === undefined || restMs < 1000) return elapsed;
  return `${elapsed} of ~${rounded(elapsedMs + restMs)}`;
}

/** As exact as an estimate is: seconds below ten minutes, then minutes. */
function rounded(ms: number): string {
  const unit = ms < 60_000 ? 1000 : ms < 600_000 ? 10_000 : 60_000;
  return formatDuration(Math.ceil(ms / unit) * unit);
}
