/** Makes a report say of each item what its own evidence shows, before it is signed: whoever verifies the bundle comes to the same. */

import { grades } from '../../scans/grade.js';
import { hashOf } from '../../support/hash.js';
import { type StatedGrade, statedGrade } from '../dod/grade.js';
import { type ItemResult, type ItemStatus, verdictOf } from '../dod/item.js';
import type { DodReport } from '../dod/report.js';
import { type EgressSeen, type ProvenGrade, provenBy } from '../experiment/egress/judge-egress.js';
import { asTheSpecAccepts, judgeItem } from './judge-items.js';
import type { RawBundle } from './raw-bundle.js';

export type Kind = 'dod' | 'rehearsal';

const rank: Record<ItemStatus, number> = { fail: 0, 'not-checked': 1, 'left-out': 2, pass: 3 };

/** A result that its raw data does not bear out is never a pass. */
export async function settle(raw: RawBundle, kind: Kind): Promise<DodReport> {
  const settled = new Map<string, ItemResult>();
  for (const stated of raw.report.items) {
    const again = await judgeItem(raw, stated, settled, kind);
    settled.set(stated.id, settledItem(stated, again));
  }
  const items = [...settled.values()];
  const verdict = verdictOf(items, raw.report.experiment, raw.report.complete);
  return { ...raw.report, items, verdict, ...(kind === 'dod' ? gradeOf(raw, items) : {}) };
}

const height = (grade: StatedGrade['grade']) => (grade === 'none' ? -1 : grades.indexOf(grade));

function gradeOf(raw: RawBundle, items: readonly ItemResult[]): StatedGrade {
  const at = items.find(({ id }) => id === 'D14')?.at;
  const scan = raw.umbilical && at !== undefined ? asTheSpecAccepts(raw, raw.umbilical, at) : undefined;
  return statedGrade(items, scan, triedIn(raw, items));
}

/** What the egress windows prove by their raw data; nothing where that is not what a check writes. */
function triedIn({ sovereign, report: { lab } }: RawBundle, items: readonly ItemResult[]): ProvenGrade {
  const seen = items.find(({ id }) => id === 'D22')?.evidence;
  try {
    return seen === undefined ? { why: [] } : provenBy(seen as EgressSeen, { sovereign, lab });
  } catch {
    return { why: [] };
  }
}

function settledItem(stated: ItemResult, again: Awaited<ReturnType<typeof judgeItem>>): ItemResult {
  if (again === undefined)
    return stated.status === 'pass'
      ? { ...stated, status: 'not-checked', reason: `nothing in the evidence shows that ${stated.reason}` }
      : stated;
  const { status, reason, follows, invalid } = again;
  const more = { ...(follows && { follows }), ...(invalid && { invalid }) };
  if (rank[status] < rank[stated.status]) return { ...stated, status, reason, ...more };
  return rank[again.status] === rank[stated.status] ? { ...stated, reason: again.reason, ...more } : stated;
}

/** Why what is stated of an item does not follow from the raw data, a clause; undefined where it does. */
export async function unfounded(
  raw: RawBundle,
  { kind, sameVersion }: { kind: Kind; sameVersion: boolean },
): Promise<string | undefined> {
  const answers = new Map<string, ItemResult>();
  for (const stated of raw.report.items) {
    const again = await judgeItem(raw, stated, answers, kind);
    answers.set(stated.id, stated);
    if (again === undefined) {
      if (stated.status === 'pass') return `${stated.id} is stated to pass, and it has no raw data of it`;
    } else if (rank[again.status] < rank[stated.status]) {
      return `${stated.id} is stated as ${stated.status}, but its raw data gives ${again.status}: ${again.reason}`;
    } else if (again.status === stated.status && again.invalid !== stated.invalid) {
      return `${stated.id} is ${stated.invalid ? '' : 'not '}stated as invalid, and its raw data gives the contrary: ${again.reason}`;
    } else if (again.status === 'pass' && rank[again.status] > rank[stated.status] && stated.id.startsWith('W')) {
      return `${stated.id} is stated as ${stated.status}, but the items that answer it give ${again.status}`;
    } else if (sameVersion && again.status === stated.status && again.reason !== stated.reason) {
      return `the reason of ${stated.id} is not what its raw data gives: ${again.reason}`;
    }
  }
  if (kind !== 'dod') return undefined;
  const { grade, blockers, accepted } = gradeOf(raw, raw.report.items);
  const stated = raw.report.grade ?? 'none';
  // another version may know of more that stands against a grade, and claim less; nobody may claim more
  if (sameVersion ? stated !== grade : height(stated) > height(grade))
    return `its grade is stated as ${stated}, but its raw data gives ${grade}`;
  const told = { blockers: raw.report.blockers ?? [], accepted: raw.report.accepted ?? [] };
  const same = sameVersion
    ? hashOf({ blockers, accepted }) === hashOf(told)
    : told.accepted.length >= accepted.length && told.blockers.length >= Math.min(1, blockers.length);
  return same ? undefined : 'what it states against the next grade, or as accepted, is not what its raw data gives';
}
