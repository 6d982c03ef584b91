import type { PreflightResult } from '../../actions/preflight.js';

const marks = { pass: '✔', warn: '!', fail: '✖' } as const;

/** One line a check; a failed one is followed by what to do. `next`: what a person types when all pass. */
export function preflightText({ checks }: PreflightResult, next: string): string {
  const lines = checks.flatMap(({ status, title, reason, remedy }) => [
    `${marks[status]} ${title}: ${reason}`,
    ...remedy.map((action, index) => `    ${index === 0 ? 'Try: ' : '     '}${action}`),
  ]);
  if (checks.some(({ status }) => status === 'fail')) return lines.join('\n');
  return [...lines, '', `All ${checks.length} checks pass. ${next}`].join('\n');
}
