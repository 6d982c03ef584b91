/** Which run `catalyst resume` continues. Pure. */
import type { JournalState } from '../../engine/journal-state.js';
import { provenOfCluster } from '../../walk/wbs.js';

export type JournaledRun = JournalState['runs'][number];

/** What a step undoes: who has walked back, or destroyed the cluster, does not go forward by a `resume`. */
const undoes: Readonly<Record<string, readonly string[]>> = {
  'handover-abort': ['handover-finalize'],
  'cluster-destroy': [...provenOfCluster, 'dod-part', 'handover-finalize'],
};

/** Each run takes the proof of these steps again, so a proof from before the run does not count for it. */
const takenAnew = new Set(['dod', 'dod-part']);

type Proven = Pick<JournalState, 'proofs' | 'failures' | 'open'>;

/**
 * The newest run that did not end well, unless all of its steps are done or undone by now: by later runs that ended well, or, with a proof, by
 * whichever run.
 */
export function interruptedRun({ runs, ...proven }: Pick<JournalState, 'runs'> & Proven): JournaledRun | undefined {
  const done = new Set<string>();
  for (const run of runs.toReversed()) {
    const steps = stepsOf(run);
    if (run.ok) for (const step of steps) for (const one of [step, ...(undoes[step] ?? [])]) done.add(one);
    else if (steps.some((step) => !done.has(step) && !isProven(step, run, proven))) return run;
  }
  return undefined;
}

const stepsOf = (run: JournaledRun) => (run.inputs?.steps as string[] | undefined) ?? [];

function isProven(step: string, run: JournaledRun, { proofs, failures, open }: Proven): boolean {
  const proof = proofs.get(step);
  if (proof === undefined || failures.has(step) || open.has(step)) return false;
  return proof.at >= run.at || (stepsOf(run).length > 1 && !takenAnew.has(step));
}
