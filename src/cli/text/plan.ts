import type { PlanResult } from '../../actions/plan.js';
import { personDays } from '../../actions/ticket/list.js';
import type { PlannedMutation } from '../../engine/plan.js';
import { counted } from '../../support/counted.js';
import { formatDuration } from '../../support/durations.js';

export interface PlanLook {
  /** Also the probes, one by one. */
  verbose?: boolean;
}

/**
 * The plan for a person: counts, hash and file first, then the changes by step, with the probes of each step counted. Who asks for the
 * timeline gets it instead of the list, which would push it off the screen; `verbose` prints everything.
 */
export function planText(plan: PlanResult, { verbose = false }: PlanLook = {}): string {
  const isListed = plan.timeline === undefined || verbose;
  const rest = [
    ...(isListed ? [] : ['for every change, leave out --timeline']),
    ...(verbose || !plan.mutations.some(isProbe) ? [] : ['--verbose lists the probes']),
  ];
  const lines = [
    headline(plan),
    ...(rest.length > 0 ? [rest.join(' · ')] : []),
    ...timelineLines(plan),
    ...(isListed ? ['', ...changeLines(plan, verbose)] : []),
  ];
  return lines.join('\n').trimEnd();
}

const isProbe = ({ probe }: PlannedMutation) => probe === true;

/** What stays changed, then what a proof makes and removes again. */
function headline({ mutations, hash, file }: PlanResult): string {
  const saved = `plan ${hash.slice(0, 12)}${file ? `, saved to ${file}` : ''}`;
  const changes = mutations.filter((mutation) => !isProbe(mutation));
  const probes = mutations.filter(isProbe);
  const told = [
    changes.length === 0 ? 'Nothing to change' : inSteps(changes, 'change'),
    ...(probes.length === 0 ? [] : [`${inSteps(probes, 'probe')}, which the proofs make and remove again`]),
  ];
  return `${told.join('; ')}: ${saved}`;
}

const inSteps = (some: readonly PlannedMutation[], what: string) =>
  `${counted(some.length, what)} in ${counted(new Set(some.map(({ step }) => step)).size, 'step')}`;

/** Steps that only make probes are one line at the end. */
function changeLines({ mutations }: PlanResult, verbose: boolean): string[] {
  const steps = Map.groupBy(mutations, ({ step }) => step);
  const lines: string[] = [];
  const proofOnly: string[] = [];
  for (const [step, all] of steps) {
    const changes = all.filter((mutation) => !isProbe(mutation));
    const probes = all.filter(isProbe);
    if (changes.length === 0 && !verbose) proofOnly.push(step);
    else {
      lines.push(step, ...changes.map(({ sentence }) => `  ${sentence}`));
      if (verbose) lines.push(...probes.map(({ sentence }) => `  probe: ${sentence}`));
      else if (probes.length > 0) lines.push(`  and ${counted(probes.length, 'probe')} of its proof`);
    }
  }
  return proofOnly.length === 0 ? lines : [...lines, `only proven again: ${proofOnly.join(', ')}`];
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
