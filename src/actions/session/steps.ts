/** Every step of the WBS on one world, phases 0 to 8. */
import { finalizeHandover } from '../../handover/steps/finalize.js';
import { redirectConsole } from '../../handover/steps/redirect.js';
import { parseDuration } from '../../support/durations.js';
import { verifyDod } from '../../verification/dod/step.js';
import { platformSteps } from '../../walk/catalog.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';

export interface WalkChoices {
  /** Length of the kill experiment, `20s`, `5m`. */
  window?: string;
  /** Anything but `apply` leaves #370 out of the run; phase 8 then needs an earlier proof of it. */
  purge?: 'apply' | 'plan' | 'skip';
  /** Phase 8 may do what costs money (D13). */
  spend?: boolean;
}

export function allSteps(world: World, choices: WalkChoices = {}): Step[] {
  const { purge = 'apply' } = choices;
  const platform = platformSteps(world).filter((step) => purge === 'apply' || step.id !== '#370');
  const all = [...platform, finalizeHandover(world), redirectConsole(world)];
  const windowMs = choices.window === undefined ? undefined : parseDuration(choices.window);
  return [...all, verifyDod(world, { steps: () => all, windowMs, spend: choices.spend })];
}
