/** What is done to the arguments before oclif reads them. */

/** `--lab` without a name means the lab called "default"; oclif knows no optional flag values. */
export function fillOptionalValues(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((word, index) => {
    const next = argv[index + 1];
    const bare = word === '--lab' && (end === -1 || index < end) && (next === undefined || next.startsWith('-'));
    return bare ? '--lab=default' : word;
  });
}

/** An argument left out is left out: oclif would take what waits on stdin for it, a secret, or a list that a shell's loop reads. */
export function takingNothingFromStdin<C extends { args?: Record<string, { ignoreStdin?: boolean }> }>(command: C): C {
  for (const arg of Object.values(command.args ?? {})) arg.ignoreStdin = true;
  return command;
}
