/** What every action is given by its command: the world, and a place to tell events to. */
import type { Emit } from '../phases/events.js';
import type { ScheduleName } from '../phases/schedule.js';
import type { World } from '../phases/world.js';

export interface Session {
  world: World;
  emit: Emit;
  /** Tell every change, make none. */
  dryRun: boolean;
}

export interface RunChoices {
  schedule: ScheduleName;
  /** Reason for overruling unproven prerequisites. */
  force?: string;
  /** Takes proofs again of what is done. */
  fresh?: boolean;
}
