/** Whether the steps of a bundle are those of the WBS: one that is left out, or moved behind the others, is one that nobody asks about. */
import type { Predicate } from '../../evidence/bundle.js';
import { userAgent } from '../../support/user-agent.js';
import { tickets, unticketed } from '../../walk/wbs.js';
import type { RawBundle } from './raw-bundle.js';

/** What takes the verdict is a step of its own in the wizard's walk, and none of what the verdict is about. */
const wbs = [...tickets, ...unticketed].filter(({ phase }) => phase < 8);
/** Left out of a walk with --purge plan or skip. */
const optional = '#370';

/** A clause; undefined where nothing is missing. A rehearsal has a part of them. */
export function strangeSteps(
  { steps, proofs }: Pick<RawBundle, 'steps' | 'proofs'>,
  { kind, by }: Pick<Predicate, 'kind' | 'by'>,
): string | undefined {
  const phaseOf = (id: string) => steps.find((step) => step.id === id)?.phase;
  const twice = steps.find(({ id }, index) => steps.findIndex((step) => step.id === id) !== index);
  if (twice) return `its steps.json has ${twice.id} twice`;
  const proven = Object.keys(proofs).find((id) => !((phaseOf(id) ?? 8) < 8));
  if (proven !== undefined)
    return `its proofs.json has a proof of ${proven}, which is none of its steps before phase 8`;
  if (kind !== 'dod') return undefined;
  const missing = wbs.find(({ id, phase }) => phaseOf(id) !== phase && !(id === optional && phaseOf(id) === undefined));
  const why = missing && `its steps.json does not have step ${missing.id} in phase ${missing.phase}`;
  return why && by !== userAgent ? `${why}, which ${userAgent} has: verify it with ${by}` : why;
}
