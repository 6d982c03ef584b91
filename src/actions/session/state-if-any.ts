import { isCatalystError } from '../../support/errors/errors.js';
import type { Context } from './context.js';

/** The state directory when a Sovereign is chosen or a spec lies here; undefined when there is none at all: then only the WBS is shown. */
export async function stateDirIfAny(context: Context): Promise<string | undefined> {
  try {
    return await context.stateDir();
  } catch (error) {
    if (isCatalystError(error, 'E1102') && error.data.missing === true && error.data.chosen !== true) return undefined;
    throw error;
  }
}
