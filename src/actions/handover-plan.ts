import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { finaliseHandover } from '../handover/step-finalise.js';
import { redirectConsole } from '../handover/step-redirect.js';
import { makePlan, type Plan } from '../phases/plan.js';
import { fail, messageOf } from '../support/errors.js';
import { type HandoverStatus, handoverStatus } from './handover-status.js';
import type { Session } from './session.js';

export interface HandoverPlan extends Plan {
  state: HandoverStatus['state'];
  pending: HandoverStatus['pending'];
  /** Where it was saved. */
  file: string;
}

/** What #317 and #319 would change from where the handover stands; saved with its hash. Never mutates. */
export async function planHandover(session: Session, out?: string): Promise<HandoverPlan> {
  const { world } = session;
  const { state, pending } = await handoverStatus(world);
  const steps = [finaliseHandover(world), redirectConsole(world)];
  const plan = await makePlan(steps, { spec: world.sovereign, tree: (await world.tree()).hash, state }, world.signal);
  const file = out ?? join(world.stateDir, 'plans', `handover-${plan.hash.slice(0, 12)}.json`);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${JSON.stringify(world.redactor.clean(plan), null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw fail('E1201', `The plan cannot be written to ${file}: ${messageOf(error)}.`, { cause: error });
  }
  return { ...plan, state, pending, file };
}
