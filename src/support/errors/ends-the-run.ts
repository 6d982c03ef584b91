import type { ErrorCode } from './error-codes.js';
import { CatalystError } from './errors.js';

/** A protected object was to be written, the protected set is not as it was, or a cluster has put back meanwhile. */
const ending: readonly ErrorCode[] = ['E4004', 'E5003', 'E5006', 'E5023', 'E5025'];

/**
 * True for what is no answer to any single question, because the run as a whole must not go on: another run holds what this one
 * needs, or the hard rule about the mother stops it. Whoever turns failures into findings, items or rows throws these.
 */
export const endsTheRun = (error: unknown): boolean =>
  error instanceof CatalystError && (error.class === 'locked' || ending.includes(error.code));
