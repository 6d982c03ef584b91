/**
 * The only way to change the outside world, and the only source of what can: `act` checks the protected set, writes `begin`
 * to the journal (fsync), calls with the writers, and writes `ok`, `fail` or `indoubt`. In a dry-run it tells the sentence and
 * does nothing.
 */
import type { Mutation } from './mutation.js';

export interface Operation {
  /** Unique per intended change; labels created resources, so that an ambiguous answer can be looked up. */
  id: string;
  signal: AbortSignal;
}

/**
 * Makes one mutation. Resolves to what `change` answers; its writers are good for this one change. `recover`, when given, is
 * asked first if an earlier run left this very mutation in doubt: it looks the result up by natural key or operation id and
 * answers it, or undefined to redo.
 */
export type Act<W> = <T>(
  mutation: Mutation,
  change: (writers: W, operation: Operation) => Promise<T>,
  options?: ActOptions<T>,
) => Promise<T>;

export interface ActOptions<T> {
  recover?: (operationId: string) => Promise<T | undefined>;
  /** Hash of the saved plan that this change belongs to; the journal keeps it with the change. */
  plan?: string;
}
