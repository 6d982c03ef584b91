/**
 * The one place where a command of catalyst is written for a person to type. A command or flag that does not exist does not compile;
 * test/contract/remedies.test.ts gives every call to the parser of the command. src/cli/text/invocation.ts adds what the person gave.
 */
import type { commandFlags } from './command-flags.js';

type Flags = typeof commandFlags;
export type CommandId = keyof Flags;
type FlagsOf<I extends CommandId> = { readonly [flag in Flags[I][number] | Flags[''][number]]?: string | true };

/** `command('purge apply', 'PLAN', { confirm: fqdn })` → `catalyst purge apply PLAN --confirm omantel.omani.works`. Pure. */
export function command<I extends CommandId>(id: I, ...words: readonly (string | number | FlagsOf<I>)[]): string {
  const typed = words.flatMap((word) => (typeof word === 'object' ? flagWords(word) : [String(word)]));
  return ['catalyst', ...(id === '' ? [] : [id]), ...typed].join(' ');
}

function flagWords(flags: Readonly<Record<string, string | true | undefined>>): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return value === true ? [`--${name}`] : [`--${name}`, value];
  });
}
