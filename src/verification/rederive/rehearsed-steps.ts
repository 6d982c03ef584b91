/** What D19 says of the rehearsal, against the rehearsal's own journal, which the bundle has. */
import { parseJournal } from '../../engine/journal-entry.js';
import { foldJournal } from '../../engine/journal-state.js';
import { hashOf } from '../../support/hash.js';
import { type EstimatedWorld, estimates } from '../../walk/estimates.js';
import { type DurationsSeen, judgeDurations, rehearsedSteps } from '../dod/checks/durations.js';
import type { Answer } from '../dod/item.js';
import { reprovisionFolder } from '../rehearsal/kept-files.js';
import { foldedBefore } from './before-verification.js';
import type { RawBundle } from './raw-bundle.js';

const timedSteps = ({ steps }: RawBundle) => steps.filter(({ phase }) => phase < 8);

/** By the estimates that this version ships and the rehearsal's own journal, whatever the bundle says of both; undefined without that journal. */
export function judgeTimes(raw: RawBundle, { kind, rehearsed, ...seen }: DurationsSeen): Answer | undefined {
  const raws = rehearsed && rehearsedIn(raw);
  if (rehearsed && !raws) return undefined;
  const own = { ...seen, kind, estimates: estimates[kind], ...(raws ? { rehearsed: raws } : {}) };
  return judgeDurations(own, { journal: foldedBefore(raw), steps: timedSteps(raw) });
}

/** A clause where D19 names another kind of world, or other times of the rehearsal; undefined where it does not. */
export function bentTimes(raw: RawBundle): string | undefined {
  const seen = raw.report.items.find(({ id }) => id === 'D19')?.evidence as Partial<DurationsSeen> | undefined;
  if (seen === undefined) return undefined;
  const kind: EstimatedWorld = seen.kind ?? 'hetzner';
  if ((kind !== 'hetzner') !== raw.report.lab) return `its steps are compared with those of another world (${kind})`;
  const own = rehearsedIn(raw);
  const other = Object.entries(seen.rehearsed ?? {}).find(
    ([id, times]) => own && hashOf(own[id] ?? {}) !== hashOf(times),
  );
  return other && `it states a duration of ${other[0]} in the rehearsal that the rehearsal's journal does not have`;
}

/** Undefined where the bundle has no rehearsal, or one of this very Sovereign, whose journal is its own. */
function rehearsedIn(raw: RawBundle): DurationsSeen['rehearsed'] {
  const [journal, report] = ['journal.jsonl', 'dod.json'].map((path) => raw.text(`${reprovisionFolder}${path}`));
  if (journal === undefined || report === undefined) return undefined;
  if ((JSON.parse(report) as { fqdn: string }).fqdn === raw.sovereign.spec.fqdn) return undefined;
  return rehearsedSteps(foldJournal(parseJournal(journal, 'journal.jsonl').entries), timedSteps(raw));
}
