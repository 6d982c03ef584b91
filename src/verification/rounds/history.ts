/** What is another from one verdict or round to the next, as their own evidence has it. Pure. */
import { type Grade, possibleGrade } from '../../scans/grade.js';
import type { ScanResult } from '../../scans/scan.js';
import type { DodReport } from '../dod/report.js';
import { changesSince } from '../dod/since.js';
import { judgeRound, sightKey } from './judge.js';
import type { Round } from './round.js';

export interface Change {
  /** An item, a release, a tether or a probe. */
  what: string;
  before: string;
  after: string;
}

/** What a bundle says, as far as a history shows it. */
export interface BundleSummary {
  kind: 'dod' | 'rehearsal' | 'round';
  at: string;
  verdict: string;
  grade?: Grade | 'none';
  /** Of a verdict. */
  report?: DodReport;
  /** Open tethers and failing probes, by key; left out where nothing was scanned. */
  open?: Readonly<Record<string, string>>;
}

export function summaryOfRound(round: Round, scan: ScanResult): BundleSummary {
  const open = Object.fromEntries(round.alarms.map(({ key, what }) => [key, what]));
  const { grade = 'none' } = possibleGrade(scan);
  return { kind: 'round', at: round.finishedAt, verdict: round.verdict, grade, open };
}

/** @param scan as D14 took it; left out where it was not asked for */
export function summaryOfVerdict(
  kind: 'dod' | 'rehearsal',
  report: DodReport,
  scan: ScanResult | undefined,
): BundleSummary {
  const { finishedAt: at, verdict, grade } = report;
  const alarms = scan && judgeRound({ scan, samples: [], classes: {} }, at).alarms;
  return {
    ...{ kind, at, verdict, report },
    ...(grade ? { grade } : {}),
    ...(alarms ? { open: Object.fromEntries(alarms.map(({ key, what }) => [key, what])) } : {}),
  };
}

/**
 * @param earlier all before it, the oldest first: each thing is compared with the newest that says something of it. A probe that a verdict
 * does not list was not looked at by it.
 */
export function changesOf(now: BundleSummary, earlier: readonly BundleSummary[]): Change[] {
  const sameKind = earlier.findLast(({ kind }) => kind === now.kind);
  const scanned = earlier.findLast(({ open }) => open !== undefined);
  return [
    ...(sameKind && !(now.report && sameKind.report) && sameKind.verdict !== now.verdict
      ? [{ what: now.kind, before: sameKind.verdict, after: now.verdict }]
      : []),
    ...(sameKind?.grade && now.grade && sameKind.grade !== now.grade
      ? [{ what: 'grade', before: sameKind.grade, after: now.grade }]
      : []),
    ...(now.report && sameKind?.report ? changesSince(sameKind.report, now.report).changes : []),
    ...openChanges(scanned, now),
  ];
}

function openChanges(before: BundleSummary | undefined, { kind, open }: BundleSummary): Change[] {
  if (!before?.open || !open) return [];
  const isOfRounds = (key: string) => key.startsWith('probe ') || key === sightKey;
  const counts = (key: string) => !isOfRounds(key) || (kind === 'round' && before.kind === 'round');
  const keys = [...new Set([...Object.keys(before.open), ...Object.keys(open)])].filter(counts).sort();
  // In which commit or field it was found may differ from round to round: it is the same tether.
  return keys
    .filter((key) => (before.open?.[key] === undefined) !== (open[key] === undefined))
    .map((what) => ({ what, before: before.open?.[what] ?? 'not there', after: open[what] ?? 'gone' }));
}
