/** Small readings of refusals that every rule needs. */
import { RequestRefused } from '../kubernetes/client/client.js';

/** HTTP status of a refused request. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof RequestRefused ? error.status : undefined;
