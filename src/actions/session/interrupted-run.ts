/** Which run `catalyst resume` continues. Pure. */
import type { JournalState } from '../../engine/journal-state.js';
import { provenOfCluster } from '../../walk/wbs.js';

export type JournaledRun = JournalState['runs'][number];

/** What a step undoes: who has walked back, or destroyed the cluster, does not go forward by a `resume`. */
const undoes: Readonly<Record<string, readonly string[]>> = {
  'handover-abort': ['handover-finalize'],
  'cluster-destroy': [...provenOfCluster, 'dod-part', 'handover-finalize'],
};

/** The newest run that did not end well, unless later ones that did have done, or undone, all of its steps. */
export function interruptedRun(runs: readonly JournaledRun[]): JournaledRun | undefined {
  const stepsOf = (run: JournaledRun) => (run.inputs?.steps as string[] | undefined) ?? [];
  const done = new Set<string>();
  for (const run of runs.toReversed()) {
    const steps = stepsOf(run);
    if (run.ok) for (const step of steps) for (const one of [step, ...(undoes[step] ?? [])]) done.add(one);
    else if (steps.some((step) => !done.has(step))) return run;
  }
  return undefined;
}
