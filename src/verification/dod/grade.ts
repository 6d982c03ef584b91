/** The grade of independence that a verdict may claim: what the scan leaves possible, as far as windows have tried it. Pure. */
import { type Grade, grades, possibleGrade } from '../../scans/grade.js';
import type { ScanResult } from '../../scans/scan.js';
import { counted } from '../../support/counted.js';
import type { ProvenGrade } from '../experiment/egress/judge-egress.js';
import type { ItemResult } from './item.js';

export interface StatedGrade {
  /** `none` where not even L1 was proven. */
  grade: Grade | 'none';
  /** What stands against the next one, a clause each; empty for L3. */
  blockers: string[];
  /** Findings that the spec accepts, a clause each. */
  accepted: string[];
}

/**
 * @param items with their answers, as settled
 * @param scan as D14 judged it; left out where it was not taken
 * @param tried what the windows of D22 prove, by their raw data
 */
export function statedGrade(
  items: readonly Pick<ItemResult, 'id' | 'status' | 'reason'>[],
  scan: ScanResult | undefined,
  tried: ProvenGrade,
): StatedGrade {
  const accepted = (scan?.findings ?? [])
    .filter((one) => one.accepted !== undefined)
    .map(({ where, what, accepted: why }) => `${where}: ${what} (${why})`);
  const none = (...blockers: string[]): StatedGrade => ({ grade: 'none', blockers, accepted });
  if (!scan) return none('L1: the umbilical scan was not taken');
  const possible = possibleGrade(scan);
  const open = possible.blockers.map((one) => `${possible.next}: ${one}`);
  if (possible.grade === undefined) return none(...open);
  const untried = [
    ...(isPassed(items, 'D17') ? [] : [untriedText(items, 'D17')]),
    ...(tried.grade === undefined ? [untriedText(items, 'D22')] : []),
  ];
  if (tried.grade === undefined || untried.length > 0) return none(...untried);
  if (grades.indexOf(tried.grade) >= grades.indexOf(possible.grade))
    return { grade: possible.grade, blockers: open, accepted };
  const next = grades[grades.indexOf(tried.grade) + 1];
  const why = tried.why.length > 0 ? tried.why : ['D22 has not denied what it excludes'];
  return { grade: tried.grade, blockers: why.map((one) => `${next}: ${one}`), accepted };
}

const isPassed = (items: readonly Pick<ItemResult, 'id' | 'status'>[], id: string) =>
  items.find((one) => one.id === id)?.status === 'pass';

function untriedText(items: readonly Pick<ItemResult, 'id' | 'status' | 'reason'>[], id: string): string {
  const item = items.find((one) => one.id === id);
  return `L1: ${id} ${item ? `is ${item.status}: ${item.reason}` : 'was not asked for'}`;
}

/** `L1 with 1 accepted finding; not L2: …`; of a verdict without a grade, why. */
export function statedText({
  grade,
  blockers,
  accepted = [],
}: Pick<StatedGrade, 'grade' | 'blockers'> & { accepted?: readonly string[] }): string {
  const [first, ...more] = blockers;
  const kept = accepted.length > 0 ? ` with ${counted(accepted.length, 'accepted finding')}` : '';
  const claimed = grade === 'none' ? 'no grade proven' : `${grade}${kept}`;
  if (first === undefined) return claimed;
  return `${claimed}; not ${first}${more.length > 0 ? ` and ${more.length} more` : ''}`;
}
