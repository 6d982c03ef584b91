import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../engine/plan.js';
import { fail, messageOf } from '../support/errors/errors.js';
import { phases } from '../walk/wbs.js';
import { planSteps } from './session/run-steps.js';
import type { Session } from './session/session.js';
import { allSteps } from './session/steps.js';
import { listPhases } from './ticket/list.js';
import { type Timeline, timelineOf } from './timeline.js';

export interface PlanResult extends Plan {
  timeline?: Timeline;
  /** Where it was saved. */
  file?: string;
}

/** Everything the walk would change on the world as it is now; never mutates. */
export async function planWalk(
  session: Session,
  options: { until?: number; out?: string; timeline?: boolean },
): Promise<PlanResult> {
  const until = options.until ?? phases.length - 1;
  const steps = allSteps(session.world).filter((step) => step.phase <= until);
  const plan = await planSteps(session, steps);
  const file = options.out ?? join(session.world.stateDir, 'plans', `${plan.hash.slice(0, 12)}.json`);
  try {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${JSON.stringify(session.world.redactor.clean(plan), null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw fail('E1201', `The plan cannot be written to ${file}: ${messageOf(error)}.`, { cause: error });
  }
  return {
    ...plan,
    file,
    timeline: options.timeline
      ? timelineOf(new Map(listPhases(session.world.stateDir).map(({ id, tookMs }) => [id, tookMs])))
      : undefined,
  };
}
