/** The grade of independence that a verdict may claim: what the scan leaves possible, as far as windows have tried it. Pure. */
import { type Grade, grades, possibleGrade } from '../../scans/grade.js';
import type { ScanResult } from '../../scans/scan.js';
import type { ItemResult } from './item.js';

export interface StatedGrade {
  /** `none` where not even L1 was proven. */
  grade: Grade | 'none';
  /** What stands against the next one, a clause each; empty for L3. */
  blockers: string[];
}

/** Windows that try what the scan says: catalyst-api stopped, and the way to the mother closed. */
const windows = ['D17', 'D22'];

/**
 * @param items with their answers, as settled
 * @param scan as D14 judged it; left out where it was not taken
 */
export function statedGrade(
  items: readonly Pick<ItemResult, 'id' | 'status' | 'reason' | 'evidence'>[],
  scan: ScanResult | undefined,
): StatedGrade {
  if (!scan) return { grade: 'none', blockers: ['L1: the umbilical scan was not taken'] };
  const possible = possibleGrade(scan);
  if (possible.grade === undefined)
    return { grade: 'none', blockers: possible.blockers.map((one) => `${possible.next}: ${one}`) };
  const untried = windows.flatMap((id) => {
    const item = items.find((one) => one.id === id);
    if (item?.status === 'pass') return [];
    return [`L1: ${id} ${item ? `is ${item.status}: ${item.reason}` : 'was not asked for'}`];
  });
  if (untried.length > 0) return { grade: 'none', blockers: untried };
  const tried = triedIn(items);
  if (grades.indexOf(tried) < grades.indexOf(possible.grade))
    return { grade: tried, blockers: [`${grades[grades.indexOf(tried) + 1]}: D22 has not denied what it excludes`] };
  return { grade: possible.grade, blockers: possible.blockers.map((one) => `${possible.next}: ${one}`) };
}

/** The grade at which the egress window ran; windows that do not say so denied the mother alone. */
function triedIn(items: readonly Pick<ItemResult, 'id' | 'evidence'>[]): Grade {
  const { grade } = (items.find(({ id }) => id === 'D22')?.evidence ?? {}) as { grade?: unknown };
  return grades.find((one) => one === grade) ?? 'L1';
}

/** `L1; L2 is broken by 22 findings, such as …`; of a verdict without a grade, why. */
export function statedText({ grade, blockers }: StatedGrade): string {
  const [first, ...more] = blockers;
  if (first === undefined) return grade;
  const claimed = grade === 'none' ? 'no grade proven' : grade;
  return `${claimed}; not ${first}${more.length > 0 ? ` and ${more.length} more` : ''}`;
}
