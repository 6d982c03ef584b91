/** Entries of what Object Storage lists, narrowed where they enter: one without a name or with a size that is none is its error, never ours. */
import { fail } from '../support/errors/errors.js';

/** @param what the kind of list, for the message */
export function nameIn(name: string | undefined, what: string): string {
  if (name) return name;
  throw fail('E2301', `Object Storage lists ${what} with an entry that has no name.`);
}

/** Bytes; 0 where none are given. */
export function sizeIn(size: number | undefined, what: string): number {
  if (size === undefined) return 0;
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw fail('E2301', `Object Storage lists ${what} with an entry of ${size} bytes.`);
}

/** ISO 8601, empty where none is given. */
export function momentIn(at: Date | undefined, what: string): string {
  if (at === undefined) return '';
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw fail('E2301', `Object Storage lists ${what} with an entry whose time is not valid.`);
}
