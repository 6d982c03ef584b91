/** What is done to the arguments before oclif reads them. */

/** Flags whose value may be left out, with what they mean then; oclif knows none. */
const optionalValues: Readonly<Record<string, string>> = { '--lab': 'default', '--notify': 'bell' };

/** `--lab` without a name means the lab called "default". */
export function fillOptionalValues(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((word, index) => {
    const next = argv[index + 1];
    const value = optionalValues[word];
    const bare = value !== undefined && (end === -1 || index < end) && (next === undefined || next.startsWith('-'));
    return bare ? `${word}=${value}` : word;
  });
}

/** `-h` anywhere, and `-v` or `version` alone, as other programs take them. */
export function spellOut(argv: readonly string[]): string[] {
  if (argv.length === 1 && ['-v', '-V', 'version'].includes(argv[0]!)) return ['--version'];
  if (argv.length === 1 && argv[0] === 'help') return ['--help'];
  const end = argv.indexOf('--');
  return argv.map((word, index) => (word === '-h' && (end === -1 || index < end) ? '--help' : word));
}

/** An argument left out is left out: oclif would take what waits on stdin for it, a secret, or a list that a shell's loop reads. */
export function withoutStdin<C extends { args?: Record<string, { ignoreStdin?: boolean }> }>(command: C): C {
  for (const arg of Object.values(command.args ?? {})) arg.ignoreStdin = true;
  return command;
}

/** A terminal that can draw nothing shows colors as letters. */
export const isColorless = (argv: readonly string[], { TERM }: NodeJS.ProcessEnv): boolean =>
  argv.includes('--no-color') || TERM === 'dumb';
