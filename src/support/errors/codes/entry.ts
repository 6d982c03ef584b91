/** One error code: its class, which fixes the exit status, and the text of `catalyst explain CODE`. */
import type { ErrorClass } from '../exit-statuses.js';

export interface ErrorCodeEntry {
  class: ErrorClass;
  title: string;
  explain: string;
}

/** The codes of one file: all of one digit, so that no two files can name the same code. */
export type CodesOf<Digit extends number> = Readonly<Record<`E${Digit}${number}`, ErrorCodeEntry>>;

export const entry = (cls: ErrorClass, title: string, explain: string): ErrorCodeEntry => ({
  class: cls,
  title,
  explain,
});
