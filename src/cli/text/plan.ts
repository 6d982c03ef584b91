import type { PlanResult } from '../../actions/plan.js';
import { personDays } from '../../actions/ticket/list.js';
import { counted } from '../../support/counted.js';
import { formatDuration } from '../../support/durations.js';

/** The plan for a person: counts, hash and file, then the timeline, then the sentences by step. */
export function planText(plan: PlanResult): string {
  const steps = new Set(plan.mutations.map((mutation) => mutation.step)).size;
  const saved = plan.file ? `, saved to ${plan.file}` : '';
  const lines: string[] = [
    plan.mutations.length === 0
      ? `Nothing to change: plan ${plan.hash.slice(0, 12)}${saved}`
      : `${counted(plan.mutations.length, 'change')} in ${counted(steps, 'step')}, probes included: plan ${plan.hash.slice(0, 12)}${saved}`,
    ...timelineLines(plan),
    '',
  ];
  let step = '';
  for (const mutation of plan.mutations) {
    if (mutation.step !== step) lines.push(mutation.step);
    step = mutation.step;
    lines.push(`  ${mutation.sentence}`);
  }
  return lines.join('\n').trimEnd();
}

/** The estimate of the WBS is work of people; what the phases took is beside it. */
function timelineLines({ timeline }: PlanResult): string[] {
  if (!timeline) return [];
  const { serialDays, parallelDays, criticalPath, phases } = timeline;
  return [
    '',
    'Work as the WBS §6 estimates it, and how long the last run took:',
    ...phases.map(({ id, title, duration, startsAfter, tookMs }) => {
      const took = tookMs === undefined ? '' : `, took ${formatDuration(tookMs)}`;
      const after = startsAfter.length > 0 ? `, after ${startsAfter.join(', ')}` : '';
      return `${id}  ${title.padEnd(36)} ${personDays(duration)}${after}${took}`;
    }),
    `serial ${serialDays.join('–')} person-days · parallel ${parallelDays.join('–')} person-days · critical path ${criticalPath.join(' → ')}`,
  ];
}
