/** D19, D20 and the W-items that ask how the run went: read from the journal. */
import { formatDuration } from '../../../support/durations.js';
import { type Answer, failed, notChecked, passed } from '../item.js';
import type { Scope } from '../scope.js';

const tolerance = 0.2;

/**
 * Each step against its earlier runs, else against its estimate; quicker than estimated needs no excuse. Earlier runs in a lab
 * tell how busy this machine was, so there only the estimate counts.
 */
export async function durations({ journal, steps, options }: Scope): Promise<Answer> {
  const rows = steps.flatMap((step) => {
    const measured = journal.durations.get(step.id) ?? [];
    const last = measured.at(-1);
    if (last === undefined) return [];
    const earlier = options.lab ? [] : measured.slice(0, -1);
    const estimate =
      earlier.length > 0
        ? earlier.reduce((sum, one) => sum + one, 0) / earlier.length
        : (step.estimateMinutes ?? 0) * 60_000;
    const from = earlier.length > 0 ? 'earlier runs' : 'the data';
    return [{ step: step.id, ms: last, estimate, from, verdict: verdictOn(last, estimate, earlier.length > 0) }];
  });
  if (rows.length === 0) return notChecked('no step was timed by the journal');
  const late = rows.filter((row) => row.verdict === 'late');
  if (late.length > 0) {
    return failed(
      late
        .map((row) => `${row.step} took ${formatDuration(row.ms)}, estimated ${formatDuration(row.estimate)}`)
        .join('; '),
      rows,
    );
  }
  const quick = rows.filter((row) => row.verdict === 'quick').length;
  const unknown = rows.filter((row) => row.verdict === 'no estimate').length;
  const parts = [
    `${rows.length} steps timed`,
    quick > 0 ? `${quick} quicker than the estimate of a real Sovereign` : '',
    unknown > 0 ? `${unknown} have no estimate yet, this run is their first` : '',
  ];
  return passed(parts.filter(Boolean).join('; '), rows);
}

function verdictOn(ms: number, estimate: number, measured: boolean): 'within' | 'quick' | 'late' | 'no estimate' {
  if (estimate === 0) return 'no estimate';
  // Below some seconds a share of a run says more about the machine than about the step.
  if (measured && Math.abs(ms - estimate) < 15_000) return 'within';
  if (ms > estimate * (1 + tolerance)) return 'late';
  return ms < estimate * (1 - tolerance) ? 'quick' : 'within';
}

/** W1: every step before phase 8 is proven, in one journal. */
export async function walkedThrough({ journal, steps }: Scope): Promise<Answer> {
  const missing = steps.filter((step) => step.phase < 8 && !journal.proofs.has(step.id));
  if (missing.length > 0) return failed(`not proven: ${missing.map((step) => step.id).join(', ')}`);
  return passed(`${steps.length} steps are proven in the journal; ${journal.runs.length} runs`);
}

/**
 * Of the steps of the WBS before phase 8. A verdict is none of them: another one must not fail because it was not PASS the first
 * time. Nor is a command beside the walk that was refused.
 */
export function failuresOf({ journal, steps }: Pick<Scope, 'journal' | 'steps'>): string[] {
  return steps.flatMap(({ id }) => {
    const failure = journal.failures.get(id);
    return failure ? [`${id}: ${failure.message}`] : [];
  });
}
