/** An error as a person reads it (wizard.md §3): what happened and why, what to type, the code and the exit status. */
import { CatalystError } from '../../support/errors/errors.js';
import { oneLine, printable } from '../../support/printable.js';

export function errorText(error: CatalystError, options: { verbose?: boolean } = {}): string {
  const [first, ...rest] = printable(error.message).split('\n');
  const lines = [`✖ ${first}`, ...rest.map((line) => `  ${line}`)];
  error.actions.forEach((action, index) => {
    lines.push(`${index === 0 ? '  Try:  ' : '        '}${oneLine(action)}`);
  });
  lines.push(`  ${error.code} · catalyst explain ${error.code} · exit ${error.exitCode}`);
  if (options.verbose) lines.push(...stackOf(error));
  return `${lines.join('\n')}\n`;
}

function stackOf(error: CatalystError): string[] {
  const root = error.cause instanceof Error ? error.cause : error;
  const label = root instanceof CatalystError ? 'raised' : `caused by ${root.name}: ${root.message}`;
  const frames = (root.stack ?? '').split('\n').filter((line) => line.trim().startsWith('at '));
  return [label, ...frames].map((line) => `  ${oneLine(line)}`);
}
