/** Every step of the WBS on one world, phases 0 to 8. */
import { verifyDod } from '../dod/step-dod.js';
import { finaliseHandover } from '../handover/step-finalise.js';
import { redirectConsole } from '../handover/step-redirect.js';
import { platformSteps } from '../phases/catalogue.js';
import type { Step } from '../phases/step.js';
import type { World } from '../phases/world.js';
import { parseDuration } from '../support/durations.js';

export interface WalkChoices {
  /** Length of the kill experiment, `20s`, `5m`. */
  window?: string;
  /** Anything but `apply` leaves #370 out of the run; phase 8 then needs an earlier proof of it. */
  purge?: 'apply' | 'plan' | 'skip';
}

export function allSteps(world: World, choices: WalkChoices = {}): Step[] {
  const { purge = 'apply' } = choices;
  const platform = platformSteps(world).filter((step) => purge === 'apply' || step.id !== '#370');
  const all = [...platform, finaliseHandover(world), redirectConsole(world)];
  const windowMs = choices.window === undefined ? undefined : parseDuration(choices.window);
  return [...all, verifyDod(world, { steps: () => all, windowMs })];
}
