/** What the files of a bundle and its statement say of the same thing must be the same: Sovereign, world, run, plan, window, checklist. */
import type { Predicate } from '../../evidence/bundle.js';
import { hashOf } from '../../support/hash.js';
import { userAgent } from '../../support/user-agent.js';
import { estimates } from '../../walk/estimates.js';
import { bindingOf } from '../../world/journal/journal-binding.js';
import { checklist } from '../dod/checklist.js';
import type { DurationsSeen } from '../dod/checks/durations.js';
import { misplacedBegin } from './before-verification.js';
import { strangeSteps } from './known-steps.js';
import type { RawBundle } from './raw-bundle.js';
import { bentListing } from './rehearsal-outcome.js';
import { bentTimes } from './rehearsed-steps.js';

/** How far two readings of one clock may be apart that somebody has set in between. */
const skewMs = 300_000;

/** The first contradiction, a clause; undefined where there is none. */
export function contradictionIn(raw: RawBundle, predicate: Predicate): string | undefined {
  return (
    ofTheSovereign(raw, predicate) ??
    ofTheWorld(raw, predicate) ??
    ofTheRun(raw, predicate) ??
    ofTheWindow(raw, predicate) ??
    ofTheChecklist(raw, predicate) ??
    strangeSteps(raw, predicate) ??
    bentTimes(raw) ??
    bentListing(raw, predicate) ??
    earlierVerdict(raw, predicate) ??
    ofTheFingerprints(raw)
  );
}

function ofTheSovereign({ report, sovereign, handover, entries }: RawBundle, { fqdn }: Predicate): string | undefined {
  const named = {
    'dod.json': report.fqdn,
    'spec.json': sovereign.spec.fqdn,
    'handover.json': handover?.fqdn ?? fqdn,
    'journal.jsonl': bindingOf(entries)?.fqdn ?? fqdn,
  };
  const other = Object.entries(named).find(([, name]) => name !== fqdn);
  return other && `its statement is about ${fqdn}, its ${other[0]} about ${other[1]}`;
}

function ofTheWorld({ report, entries }: RawBundle, { world, lab }: Predicate): string | undefined {
  const isLab = report.world?.kind === 'lab';
  const same = report.world !== undefined && hashOf(report.world) === hashOf(world);
  if (!same || report.lab !== isLab || lab !== isLab) return 'the world in its report is not that of its statement';
  const bound = bindingOf(entries)?.world;
  if (bound && hashOf(bound) !== hashOf(world)) return 'the world in its journal is not that of its statement';
  return report.experiment && report.experiment.lab !== isLab
    ? 'the kill experiment was in another world than its report'
    : undefined;
}

function ofTheRun({ report, entries, journal, planHash }: RawBundle, predicate: Predicate): string | undefined {
  const run = journal.runs.findLast(({ id }) => id === predicate.runId);
  if (entries.length === 0) return 'its journal is empty';
  if (!run) return `its journal does not contain run ${predicate.runId}, which took the verdict`;
  if (predicate.at !== report.finishedAt) return 'its statement and its report were finished at different times';
  const [from, to] = [Date.parse(report.startedAt), Date.parse(report.finishedAt)];
  if (from > to) return 'its report ended before it began';
  if (Date.parse(run.at) > from + skewMs) return `the run ${predicate.runId} began after its verdict`;
  const last = Date.parse(entries.at(-1)!.at);
  if (last > to + skewMs) return 'its journal goes on after the verdict';
  const misplaced = misplacedBegin({ entries, report }, predicate);
  if (misplaced !== undefined) return misplaced;
  const late = predicate.kind === 'dod' && report.items.find(({ at }) => !isWithin(Date.parse(at), from, to));
  if (late) return `${late.id} was taken at ${late.at}, which is outside of the verification`;
  const plan = journal.runs.findLast((one) => one.plan)?.plan ?? '';
  return plan !== planHash || plan !== predicate.planHash
    ? 'the plan in its journal is not that of its statement'
    : undefined;
}

const isWithin = (at: number, from: number, to: number) => at >= from - skewMs && at <= to + skewMs;

function ofTheWindow({ report, entries }: RawBundle, { windowMs, runId }: Predicate): string | undefined {
  const { experiment } = report;
  if (windowMs !== experiment?.window.requestedMs) return 'the window in its statement is not that of the experiment';
  if (!experiment) return undefined;
  const { notKilled } = experiment;
  const begun = Date.parse(experiment.startedAt);
  if (!isWithin(begun, Date.parse(report.startedAt), Date.parse(report.finishedAt)))
    return `the kill experiment began at ${experiment.startedAt}, which is outside of the verification`;
  const made = entries.some(
    ({ run, kind, target }) =>
      run === runId && kind === 'ok' && target?.system === 'mother' && target.kind === 'Deployment',
  );
  return made || notKilled !== undefined ? undefined : 'its journal has no trace of the kill experiment';
}

function ofTheChecklist({ report }: RawBundle, predicate: Predicate): string | undefined {
  const ids = report.items.map(({ id }) => id);
  const known = checklist.map(({ id }) => id);
  const strange = ids.find((id, index) => !known.includes(id) || ids.indexOf(id) !== index);
  if (strange !== undefined) return `its checklist has ${strange} twice, or no version of catalyst has it`;
  const ordered = known.filter((id) => ids.includes(id));
  if (ordered.join() !== ids.join()) return 'its items are not in the order of the checklist';
  // another version may call an item otherwise and ship other estimates, by which nothing is judged
  if (predicate.by === userAgent) {
    const renamed = report.items.find(({ id, title }) => checklist.find((one) => one.id === id)!.title !== title);
    if (renamed) return `${renamed.id} is not "${renamed.title}"`;
    if (!hasShippedEstimates(report)) return `its estimates are not those that ${userAgent} ships`;
  }
  const complete = ids.length === known.length;
  if (report.complete !== complete || predicate.complete !== complete)
    return `it has ${ids.length} of ${known.length} items and claims ${complete ? 'not ' : ''}to be complete`;
  return undefined;
}

function hasShippedEstimates({ items }: RawBundle['report']): boolean {
  const seen = items.find(({ id }) => id === 'D19')?.evidence as Partial<DurationsSeen> | undefined;
  if (seen === undefined) return true;
  const { kind = 'hetzner' } = seen;
  return hashOf(seen.estimates ?? {}) === hashOf(estimates[kind] ?? {});
}

function ofTheFingerprints({ handover, before, after }: RawBundle): string | undefined {
  const { fingerprints } = handover ?? {};
  if (!fingerprints) return undefined;
  const of = (print: unknown) => (print === undefined ? undefined : hashOf(print));
  return fingerprints.before !== of(before) || fingerprints.after !== of(after)
    ? 'the fingerprints in its handover record are not those of the protected set'
    : undefined;
}

/** A verdict that names none before it says that it is the first: its own journal may know of another one. */
function earlierVerdict({ entries, report }: RawBundle, { kind, previous }: Predicate): string | undefined {
  if (kind !== 'dod' || previous) return undefined;
  const proven = entries.slice(0, report.journalLines).find((entry) => entry.kind === 'proof' && entry.step === 'dod');
  return proven && `it names no previous verdict, but its journal contains the one of ${proven.at}`;
}
