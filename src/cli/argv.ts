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
