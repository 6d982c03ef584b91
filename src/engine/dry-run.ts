/**
 * Dry-run is a mode of the gate: `act` checks what it checks in a real run, says what it would do, and the work goes no further. So
 * no command can forget it, and nothing needs a made-up answer.
 */
import { fail } from '../support/errors/errors.js';
import type { Journal } from './journal.js';
import type { Mutation } from './mutation.js';

/** Thrown by `act` once it has said what it would do. */
export class DryRunStop extends Error {
  constructor(readonly mutation: Mutation) {
    super(`dry-run: would ${mutation.sentence}`);
  }
}

/** What the work answers; undefined where a dry-run stopped it at its first change. */
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

/** The journal of a dry-run, which writes none: whatever appends to it has forgotten that it is one. */
export const noJournal: Journal = {
  path: '',
  entries: [],
  append: refuse,
  sealHead: refuse,
  chain: refuse,
  close: () => undefined,
};
