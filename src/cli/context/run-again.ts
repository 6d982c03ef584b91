/** A command of catalyst in a process of its own, as this one was started, with the world that was chosen here. */

import { fail, isCatalystError } from '../../support/errors/errors.js';
import { exitStatuses } from '../../support/errors/exit-statuses.js';
import type { Redactor } from '../../support/redact/redact.js';
import { createExec } from '../../tools/exec/exec.js';
import { invocationOf } from '../text/invocation.js';

export interface AgainRequest {
  /** Words of the command with its own flags. */
  words: readonly string[];
  /** Of this process: what chose the world is repeated. */
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  redactor: Redactor;
  signal: AbortSignal;
}

/** Longer than any of them takes; --timeout and ^C end it sooner. */
const longestMs = 24 * 3_600_000;

/** Its document, or `killed` when a SIGKILL ended it. It prompts for nothing. */
export async function runAgain<D>({ words, argv, env, redactor, signal }: AgainRequest): Promise<D | 'killed'> {
  const { given } = invocationOf(argv, process.env);
  const selectors = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);
  try {
    const { stdout } = await createExec(redactor)({
      file: process.execPath,
      args: [process.argv[1]!, ...words, ...selectors, '--json', '--yes', '--no-input'],
      environment: { ...process.env, ...env },
      timeoutMs: longestMs,
      graceMs: 90_000,
      okCodes: Object.values(exitStatuses),
      signal,
    });
    return JSON.parse(stdout) as D;
  } catch (error) {
    signal.throwIfAborted();
    if (isCatalystError(error, 'E3002') && error.data.signal === 'SIGKILL') return 'killed';
    if (error instanceof SyntaxError)
      throw fail('E9001', `catalyst ${words.join(' ')} printed no JSON document.`, { cause: error });
    throw error;
  }
}
