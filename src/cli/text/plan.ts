import type { PlanResult } from '../../actions/plan.js';

/** The plan for a person: sentences by step, then hash and file, then the timeline. */
export function planText(plan: PlanResult): string {
  const lines: string[] = [];
  let step = '';
  for (const mutation of plan.mutations) {
    if (mutation.step !== step) lines.push(mutation.step);
    step = mutation.step;
    lines.push(`  ${mutation.sentence}`);
  }
  if (plan.mutations.length === 0) lines.push('Nothing to change.');
  lines.push(
    '',
    `${plan.mutations.length} changes, plan ${plan.hash.slice(0, 12)}${plan.file ? `, saved to ${plan.file}` : ''}`,
  );
  if (plan.timeline) {
    const { serialDays, parallelDays, criticalPath, phases } = plan.timeline;
    lines.push(
      '',
      ...phases.map(
        (phase) =>
          `${phase.id}  ${phase.title.padEnd(36)} ${phase.duration}${phase.startsAfter.length > 0 ? `, after ${phase.startsAfter.join(', ')}` : ''}`,
      ),
    );
    lines.push(
      `serial ${serialDays.join('–')} days · parallel ${parallelDays.join('–')} days · critical path ${criticalPath.join(' → ')}`,
    );
  }
  return lines.join('\n');
}
