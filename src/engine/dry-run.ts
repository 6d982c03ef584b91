/**
 * `--dry-run` is a mode of the gate. A command runs up to its first change: `act` makes the same checks as in a real run, reports the
 * sentence of the change, and throws `DryRunStop` instead of calling the work. Nothing is changed and nothing is written to the
 * journal. A run of steps reports the sentences of each step's `plan` instead, and does not start the steps.
 */
import { fail } from '../support/errors/errors.js';
import type { Journal } from './journal.js';
import type { Mutation } from './mutation.js';

/** Thrown by `act` after it has reported the change that it would make. */
export class DryRunStop extends Error {
  constructor(readonly mutation: Mutation) {
    super(`dry-run: would ${mutation.sentence}`);
  }
}

/** The result of the work; undefined when a dry-run stopped it at its first change. */
export async function ifMade<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DryRunStop) return undefined;
    throw error;
  }
}

const refuse = () => {
  throw fail('E9001', 'A bug in catalyst: a dry-run tried to write to the journal. Nothing was changed.');
};

/** The journal of a dry-run. A dry-run writes nothing, so code that appends to this journal has a bug. */
export const noJournal: Journal = {
  path: '',
  entries: [],
  append: refuse,
  sealHead: refuse,
  chain: refuse,
  close: () => undefined,
};
