/** What the actions of the walk are given: the world, a place to tell events to, the lock. */
import type { Confirm } from '../../engine/confirmation.js';
import type { Emit } from '../../engine/events.js';
import type { Journal } from '../../engine/journal.js';
import type { ScheduleName } from '../../engine/schedule.js';
import type { WorldIdentity } from '../../sovereign/world-identity.js';
import { isCatalystError } from '../../support/errors/errors.js';
import type { OpenGate } from '../../world/gate/gate.js';
import type { World } from '../../world/world.js';
import type { Context } from './context.js';

export interface Session {
  world: World;
  emit: Emit;
  /** user@host, for the journal. */
  by: string;
  /** Tell every change, make none. */
  dryRun: boolean;
  /** The gate, whose `act` alone hands out what writes. */
  openGate: OpenGate;
  /** Takes the Sovereign's lock until the command ends, and opens its journal; everything that mutates begins here. */
  journal(): Promise<Journal>;
  /** Hash of the plan that was shown and confirmed for this very run, which then is not made again. */
  planned?: string;
  /** Answers what a step asks for before it does what cannot be undone. */
  confirm?: Confirm;
}

export interface RunChoices {
  schedule: ScheduleName;
  /** Reason for overruling unproven prerequisites. */
  force?: string;
  /** Takes proofs again of what is done. */
  fresh?: boolean;
}

export async function openSession(context: Context, confirm?: Confirm): Promise<Session> {
  const world = await context.world();
  return {
    world,
    openGate: await context.gate(),
    emit: context.emit,
    by: context.by,
    dryRun: context.options.dryRun,
    confirm,
    journal: () => context.journal(() => knownWorld(world)),
  };
}

/** The world that the journal is bound to; unknown without any endpoint, or while none answers: then nothing can be changed either. */
async function knownWorld({ identity, credentials }: World): Promise<WorldIdentity | undefined> {
  const read = await identity().catch((error: unknown) => {
    if (isCatalystError(error, 'E1412')) return undefined;
    throw error;
  });
  if (read === undefined) return undefined;
  return read.kind === 'lab' || (await credentials.find('hcloud-token')) !== undefined ? read : undefined;
}
