import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makePlan, type Plan } from '../../engine/plan.js';
import { takeWholeInventory } from '../../handover/mother/inventory.js';
import type { HandoverItem } from '../../handover/record.js';
import { finalizeHandover } from '../../handover/steps/finalize.js';
import { redirectConsole } from '../../handover/steps/redirect.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import type { Session } from '../session/session.js';
import { type HandoverStatus, handoverStatus } from './status.js';

export interface HandoverPlan extends Plan {
  state: HandoverStatus['state'];
  pending: HandoverStatus['pending'];
  /** What becomes of everything that the mother stores or serves for this Sovereign. */
  inventory: HandoverItem[];
  /** Places that could not be read; the handover itself refuses then. */
  unread: string[];
  /** Where it was saved. */
  file: string;
}

/** What #317 and #319 would change from the state of the handover; saved with its hash. Never mutates. */
export async function planHandover(session: Session, out?: string): Promise<HandoverPlan> {
  const { world } = session;
  const { state, pending, items } = await handoverStatus(world);
  // From PREPARED on the record has it, with what only a Job can list.
  const { items: inventory, unread } =
    items.length > 0 ? { items, unread: [] } : await takeWholeInventory(world, undefined);
  const steps = [finalizeHandover(world), redirectConsole(world)];
  const inputs = { spec: world.sovereign, tree: (await world.tree()).hash, state, inventory };
  const plan = { ...(await makePlan(steps, inputs, world.signal)), inventory, unread };
  const file = out ?? join(world.stateDir, 'plans', `handover-${plan.hash.slice(0, 12)}.json`);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${JSON.stringify(world.redactor.clean(plan), null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw fail('E1201', `The plan cannot be written to ${file}: ${messageOf(error)}.`, { cause: error });
  }
  return { ...plan, state, pending, file };
}
