import type { PreflightResult } from '../../actions/preflight.js';
import { command } from '../../support/commands/command.js';

const marks = { pass: '✔', warn: '!', fail: '✖' } as const;

/** One line a check; a failed one is followed by what to do. */
export function preflightText({ checks }: PreflightResult): string {
  const lines = checks.flatMap(({ status, title, reason, remedy }) => [
    `${marks[status]} ${title}: ${reason}`,
    ...remedy.map((action, index) => `    ${index === 0 ? 'Try: ' : '     '}${action}`),
  ]);
  if (checks.some(({ status }) => status === 'fail')) return lines.join('\n');
  return [...lines, '', `All ${checks.length} checks pass. Next: ${command('plan')}, or ${command('wizard')}`].join(
    '\n',
  );
}
