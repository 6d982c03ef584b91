/**
 * D22 from its windows alone: the highest grade that one of them proves. A window that fails lowers the grade; only one of L1 that fails is
 * FAIL, and a window that did not do what it claims says nothing. Pure.
 */
import { type Grade, grades } from '../../../scans/grade.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { counted } from '../../../support/counted.js';
import { formatDuration } from '../../../support/durations.js';
import { type Answer, failed, invalid, notChecked, passed } from '../../dod/item.js';
import { reachedOf } from './canaries.js';
import { judgeWindow } from './judge-window.js';
import type { WindowSeen } from './window.js';

/** What D22 observed: its windows, from the highest grade down. */
export interface EgressSeen {
  windows: WindowSeen[];
  /** Why no window was begun above that of the first. */
  limit?: string;
}

export interface EgressWorld {
  sovereign: Sovereign;
  lab: boolean;
}

/** How long everything is denied at least, in milliseconds. */
export const egressWindowMs = (lab: boolean) => (lab ? 10_000 : 600_000);

export interface ProvenGrade {
  /** Undefined where not even L1 was proven. */
  grade?: Grade;
  /** What stands against the next one, a clause each. */
  why: string[];
}

/** The grade that the windows prove, and what the one above came to. */
export function provenBy({ windows }: EgressSeen, world: EgressWorld): ProvenGrade {
  const leastMs = egressWindowMs(world.lab);
  let why: string[] = [];
  for (const window of windows) {
    if (window.shared) return { why };
    const { invalid: broken, failed: bad } = judgeWindow(window, { ...world, leastMs });
    if (broken.length === 0 && bad.length === 0) return { grade: window.grade, why };
    why = [...bad, ...broken];
  }
  return { why };
}

export function judgeEgress(seen: EgressSeen, world: EgressWorld): Answer {
  const { windows, limit } = seen;
  const asked = world.sovereign.spec.independence.grade;
  const last = windows.at(-1);
  if (!last) return notChecked('no window was begun');
  if (last.shared)
    return notChecked(
      `the block lets out ${last.shared.join(', ')}, which the mother has too: it would deny both or none`,
    );
  const { grade, why } = provenBy(seen, world);
  if (grade === undefined) {
    const { invalid: broken, failed: bad } = judgeWindow(last, { ...world, leastMs: egressWindowMs(world.lab) });
    if (last.grade !== 'L1') return notChecked('no window of L1 was begun');
    return broken.length > 0 ? invalid([...broken, ...bad].join('; ')) : failed(bad.join('; '));
  }
  if (grades.indexOf(grade) < grades.indexOf(asked)) return notAsAsked(seen, { world, grade, why });
  const above = why.length > 0 ? `; ${windows.at(-2)?.grade} was tried and not proven: ${why[0]}` : '';
  const limited = limit !== undefined && why.length === 0 ? `; ${limit}` : '';
  return passed(`${grade}: ${windowText(last)}${above}${limited}`);
}

/** The spec asks for more than the windows proved. */
function notAsAsked(
  { windows, limit }: EgressSeen,
  { world, grade, why }: { world: EgressWorld; grade: Grade; why: string[] },
): Answer {
  const { grade: asked } = world.sovereign.spec.independence;
  const told = `the spec asks for ${asked}, and ${grade} was proven: ${why[0] ?? limit ?? 'nothing higher was tried'}`;
  const above = windows.at(-2);
  const judged = above && judgeWindow(above, { ...world, leastMs: egressWindowMs(world.lab) });
  // of a window that did not do what it claims nothing follows about the Sovereign
  return judged && judged.failed.length === 0 && judged.invalid.length > 0 ? invalid(told) : failed(told);
}

function windowText({ windowMs, before, fail, reconciled, charts, images }: WindowSeen): string {
  const open = before ? reachedOf(before, fail) : [];
  const pulled = images?.pulled.length ?? 0;
  const nodes = pulled > 0 ? `, ${counted(pulled, 'image')} pulled on nodes` : '';
  return `for ${formatDuration(windowMs)} Pods were denied all egress but the list, names too; no Pod reached ${open.join(', ')}; twice ${reconciled.at(-1)}; ${counted(charts.length, 'chart')} pulled again${nodes}`;
}
