/** Whether the steps of a bundle are those of the WBS: one that is left out, or moved behind the others, is one that nobody asks about. */
import type { Predicate } from '../../evidence/bundle.js';
import { userAgent } from '../../support/user-agent.js';
import { tickets, unticketed } from '../../walk/wbs.js';
import type { RawBundle } from './raw-bundle.js';

/** What takes the verdict is a step of its own in the wizard's walk, and none of what the verdict is about. */
const wbs = [...tickets, ...unticketed].filter(({ phase }) => phase < 8);
/** Left out of a walk with --purge plan or skip. */
const optional = '#370';
/** The last phase that a rehearsal walks. */
const lastRehearsed = 6;

/** The phase to which the run that wrote the bundle rehearsed, as its journal has it; undefined where that run was no rehearsal. */
export function rehearsedUntil(
  { journal }: Pick<RawBundle, 'journal'>,
  { runId }: Pick<Predicate, 'runId'>,
): number | undefined {
  const { inputs } = journal.runs.findLast(({ id }) => id === runId) ?? {};
  if (inputs?.command !== 'rehearse') return undefined;
  const { until } = inputs;
  return typeof until === 'number' ? Math.min(until, lastRehearsed) : lastRehearsed;
}

type Stepping = Pick<RawBundle, 'steps' | 'proofs' | 'journal' | 'report'>;

/**
 * A clause; undefined where nothing is missing. A rehearsal has the steps of the phases that it walked, and takes one item on what they
 * built: the state (D1), before the wipe.
 */
export function strangeSteps(
  raw: Stepping,
  { kind, by, runId }: Pick<Predicate, 'kind' | 'by' | 'runId'>,
): string | undefined {
  const { steps, proofs, report } = raw;
  const phaseOf = (id: string) => steps.find((step) => step.id === id)?.phase;
  const twice = steps.find(({ id }, index) => steps.findIndex((step) => step.id === id) !== index);
  if (twice) return `its steps.json has ${twice.id} twice`;
  const proven = Object.keys(proofs).find((id) => !((phaseOf(id) ?? 8) < 8));
  if (proven !== undefined)
    return `its proofs.json has a proof of ${proven}, which is none of its steps before phase 8`;
  const until = rehearsedUntil(raw, { runId });
  if (until === undefined && kind === 'rehearsal') return `run ${runId} in its journal was no rehearsal`;
  const asked = report.items.find(({ id }) => id !== 'D1');
  if (until !== undefined && asked) return `it answers ${asked.id}, and a rehearsal takes no item but D1`;
  const walked = wbs.filter(({ phase }) => phase <= (until ?? 7));
  const missing = walked.find(
    ({ id, phase }) => phaseOf(id) !== phase && !(id === optional && phaseOf(id) === undefined),
  );
  const why = missing && `its steps.json does not have step ${missing.id} in phase ${missing.phase}`;
  return why && by !== userAgent ? `${why}, which ${userAgent} has: verify it with ${by}` : why;
}
