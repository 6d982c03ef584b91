/** A purge plan as it is saved and shown: what is in the project and what would go, with a hash over it. */
import { checkShape } from '../../../support/check-shape.js';
import { command } from '../../../support/commands/command.js';
import { fail } from '../../../support/errors/errors.js';
import { hashOf } from '../../../support/hash.js';
import type { Row } from '../select/row.js';
import type { Selection } from '../select/select.js';
import type { BucketPlan } from './buckets.js';
import { purgePlanSchema } from './schema.js';

export interface PurgePlan {
  kind: 'catalyst-purge-plan';
  version: 1;
  /** Over everything but itself. */
  hash: string;
  /** Fingerprint of the token; Hetzner does not tell which project a token is for. */
  project: string;
  /** Id of the Sovereign's marker in the project, which stays when the token is rotated. */
  marker?: number;
  endpoint: string;
  /** ISO 8601. */
  at: string;
  selection: Selection;
  /** Of the monthly costs. */
  currency: string;
  resources: Row[];
  /** Only when buckets were asked for. */
  buckets?: BucketPlan;
}

/** Where remedies save a plan, and read it again. */
export const planFile = 'purge-plan.json';

/** Text of a saved plan → the plan. Throws E4005 when it is not one or was changed by hand. */
export function parsePurgePlan(text: string, from: string): PurgePlan {
  const actions = [command('purge plan', { out: planFile })];
  let plan: PurgePlan;
  try {
    plan = JSON.parse(text) as PurgePlan;
  } catch (cause) {
    throw fail('E4005', `${from} is not a purge plan: it is not JSON.`, { actions, cause });
  }
  const { error } = checkShape(purgePlanSchema, plan);
  if (error) {
    const { path, message } = error.issues[0]!;
    const where = path.length > 0 ? `${path.join('.')}: ` : '';
    throw fail('E4005', `${from} is not a purge plan: ${where}${message}.`, { actions });
  }
  const { hash, ...content } = plan;
  if (hash !== hashOf(content)) {
    throw fail('E4005', `${from} is not a purge plan as catalyst saved it: its content and its hash differ.`, {
      actions,
    });
  }
  return plan;
}
