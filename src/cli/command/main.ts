/** Starts oclif and ends the process: one place decides how errors look and which exit status they get, in text and JSON. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fillOptionalValues, isColorless, spellOut } from './argv.js';
import { errorEnvelope, toJson, wantsJson } from './envelope.js';
import { processOutputs } from './process/closed-output.js';
import { endProcess } from './process/end-process.js';
import { rootHelp } from './root-help.js';

/** Runs `process.argv`; `url` is the import.meta.url of bin/run.js, from which oclif finds package.json. */
export async function main(url: string, given: readonly string[] = process.argv.slice(2)): Promise<void> {
  const argv = spellOut(given);
  // Before anything that colors is imported.
  if (isColorless(argv, process.env)) process.env.NO_COLOR = '1';
  processOutputs();
  if (argv.length === 1 && argv[0] === '--version') {
    process.stdout.write(`${versionLine(new URL('../package.json', url))}\n`);
    return;
  }
  if (argv.length === 1 && argv[0] === '--help') {
    const page = rootHelp(versionLine(new URL('../package.json', url)));
    if (page !== undefined) {
      const { asStarted } = await import('../text/invocation.js');
      process.stdout.write(asStarted(page));
      return;
    }
  }
  const { enableCompileCache } = await import('../../sovereign/state/compile-cache.js');
  enableCompileCache(process.env);
  // bin/run.js has looked at the version of Node; oclif would load all of semver to do so again.
  process.env.OCLIF_DISABLE_ENGINE_WARNING ??= '1';
  const [{ run }, { loadConfig }] = await Promise.all([import('@oclif/core'), import('./load-config.js')]);
  const { argv: words, config } = await loadConfig(fileURLToPath(new URL('..', url)), fillOptionalValues(argv));
  try {
    await run(words, config);
  } catch (thrown) {
    process.exitCode = await report(thrown, words, config);
  }
  await endProcess();
}

/** What oclif prints too, without loading it: scripts ask for the version often. */
export function versionLine(packageJson: URL): string {
  const { name, version } = JSON.parse(readFileSync(packageJson, 'utf8')) as { name: string; version: string };
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}

async function report(thrown: unknown, argv: readonly string[], config: import('@oclif/core').Config): Promise<number> {
  const [{ translateError }, { errorText }, { paintIf }, { asTyped, invocationOf }] = await Promise.all([
    import('../text/translate-error.js'),
    import('../text/error.js'),
    import('../text/paint.js'),
    import('../text/invocation.js'),
  ]);
  const exit = thrown as { code?: string; oclif?: { exit?: number } } | undefined;
  if (exit?.code === 'EEXIT') return exit.oclif?.exit ?? 0;
  const invocation = invocationOf(argv, process.env);
  const typed = (text: string) => asTyped(text, invocation);
  const error = translateError(thrown, config, argv);
  if (wantsJson(argv)) process.stdout.write(`${toJson(errorEnvelope(error, typed))}\n`);
  else {
    const paint = paintIf(process.stderr.isTTY && !process.env.NO_COLOR);
    process.stderr.write(
      errorText(error, {
        verbose: argv.includes('--verbose'),
        paint,
        columns: process.stderr.isTTY ? process.stderr.columns || 80 : undefined,
        typed,
      }),
    );
  }
  return error.exitCode;
}
