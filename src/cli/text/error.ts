/** An error as a person reads it (wizard.md §3): what happened and why, what the run had reached, what to type, code and exit status. */
import { command } from '../../support/commands/command.js';
import { CatalystError } from '../../support/errors/errors.js';
import { oneLine, printable } from '../../support/printable.js';
import { flowing } from './page.js';
import { type Paint, plain, type Tone } from './paint.js';

export function errorText(
  error: CatalystError,
  options: { verbose?: boolean; paint?: Paint; columns?: number; typed?: (command: string) => string } = {},
): string {
  const { typed = (text: string) => text } = options;
  const [first, ...rest] = printable(typed(error.message)).split('\n');
  const { verbose, paint = plain, columns } = options;
  const [mark, tone] = markOf(error);
  const look = { columns, paint, clean: (text: string) => text };
  const lines = [
    ...flowing([{ text: mark, tone }, ` ${first}`], look, '  '),
    ...rest.flatMap((line) => flowing([`  ${line}`], look, '  ')),
  ];
  if (error.summary) lines.push(...error.summary.split('\n'));
  error.actions.forEach((action, index) => {
    lines.push(`${index === 0 ? '  Try:  ' : '        '}${oneLine(typed(action))}`);
  });
  lines.push(`  ${error.code} · ${typed(command('explain', error.code))} · exit ${error.exitCode}`);
  if (verbose) lines.push(...stackOf(error));
  return `${lines.join('\n')}\n`;
}

/** What is only not complete, and what a person stopped, is no failure. */
function markOf({ code, exitCode }: CatalystError): [string, Tone] {
  if (code === 'E6003') return ['◐', 'warn'];
  return exitCode === 130 ? ['■', 'warn'] : ['✖', 'bad'];
}

function stackOf(error: CatalystError): string[] {
  const root = error.cause instanceof Error ? error.cause : error;
  const label = root instanceof CatalystError ? 'raised' : `caused by ${root.name}: ${root.message}`;
  const frames = (root.stack ?? '').split('\n').filter((line) => line.trim().startsWith('at '));
  return [label, ...frames].map((line) => `  ${oneLine(line)}`);
}
