/** An error and its causes as --verbose may show them. */
import { CatalystError } from '../../support/errors/errors.js';
import type { Redactor } from '../../support/redact/redact.js';

/** A copy: libraries keep the request with its headers on the errors that they throw, and only name, message and stack are shown. */
export function withoutSecrets(thrown: unknown, redactor: Redactor, depth = 0): unknown {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? redactor.redact(thrown) : undefined;
  const cause = thrown.cause === undefined || depth > 8 ? undefined : withoutSecrets(thrown.cause, redactor, depth + 1);
  const details = cause === undefined ? {} : { cause };
  const message = redactor.redact(thrown.message);
  const copy =
    thrown instanceof CatalystError ? new CatalystError(thrown.code, message, details) : new Error(message, details);
  copy.name = thrown.name;
  copy.stack = redactor.redact(thrown.stack ?? '');
  return copy;
}
