import type { PreflightResult } from '../../actions/preflight.js';

const marks = { pass: '✔', warn: '!', fail: '✖' } as const;

/** One line a check; a failed one is followed by what to do. */
export function preflightText({ checks }: PreflightResult): string {
  return checks
    .flatMap(({ status, title, reason, remedy }) => [
      `${marks[status]} ${title}: ${reason}`,
      ...remedy.map((action, index) => `    ${index === 0 ? 'Try: ' : '     '}${action}`),
    ])
    .join('\n');
}
