/** Grades of independence: what nothing of a Sovereign reaches. Each includes those before it. Pure. */
import type { Finding, ScanResult } from './scan.js';

/** L1: the mother. L2: OpenOva. L3: any public source of what runs and reconciles. */
export const grades = ['L1', 'L2', 'L3'] as const;
export type Grade = (typeof grades)[number];

/** True when a finding that breaks `broken` makes `grade` impossible. */
export const breaksGrade = (broken: Grade, grade: Grade): boolean => grades.indexOf(broken) <= grades.indexOf(grade);

export interface PossibleGrade {
  /** The highest grade that nothing stands against; undefined when even L1 is broken. */
  grade?: Grade;
  /** What stands against the next one, by what is referred to; empty for L3. */
  blockers: string[];
  next?: Grade;
}

/** What a static scan leaves possible. A place that was not looked at leaves no grade possible: nothing is known of it. */
export function possibleGrade({ findings, looked }: Pick<ScanResult, 'findings' | 'looked'>): PossibleGrade {
  const unseen = looked.filter(({ ok }) => !ok);
  if (unseen.length > 0)
    return { next: 'L1', blockers: unseen.map(({ place, error }) => `${place} was not looked at: ${error}`) };
  const open = findings.filter(({ accepted, grade }) => accepted === undefined && grade !== undefined);
  const next = grades.find((grade) => open.some((finding) => finding.grade === grade));
  if (next === undefined) return { grade: 'L3', blockers: [] };
  const blockers = open.filter(({ grade }) => grade === next).map(blockerOf);
  const below = grades[grades.indexOf(next) - 1];
  return { ...(below ? { grade: below } : {}), next, blockers };
}

const blockerOf = ({ where, what }: Finding) => `${where}: ${what}`;

/** `L1; L2 is broken by 23 findings, such as …`. */
export function gradeText({ grade, next, blockers }: PossibleGrade): string {
  const reached = grade ?? 'no grade';
  if (next === undefined) return reached;
  const more = blockers.length > 1 ? ` and ${blockers.length - 1} more` : '';
  return `${reached}; ${next} is broken by ${blockers[0]}${more}`;
}
