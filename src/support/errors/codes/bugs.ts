/** E9: bugs. */
import { type CodesOf, entry } from './entry.js';

export const bugCodes = {
  E9001: entry(
    'bug',
    'a bug in catalyst',
    'Something that cannot happen happened. `catalyst support-bundle` collects what is needed to report it.',
  ),
} as const satisfies CodesOf<9>;
