/**
 * Errors are for the person: what happened, why, what to type next. Each carries a code that `catalyst explain CODE`
 * documents and an exit status from the table in product.md §4, set where oclif looks in text mode (`oclif.exit`) and in
 * JSON mode (`exitCode`), so that both agree.
 */
import { type ErrorCode, errorCodes } from './error-codes.js';
import { type ErrorClass, exitStatuses } from './exit-statuses.js';

export interface ErrorDetails {
  /** Commands or changes to try, imperative and ready to paste. */
  actions?: readonly string[];
  cause?: unknown;
  /** Structured facts for --json (never secrets): line, column, field, pending, left … */
  data?: Record<string, unknown>;
}

export class CatalystError extends Error {
  readonly code: ErrorCode;
  readonly class: ErrorClass;
  readonly exitCode: number;
  readonly oclif: { exit: number };
  readonly actions: readonly string[];
  readonly data: Record<string, unknown>;
  /** What the run had reached when it ended, laid out; shown with the error in text mode. */
  summary?: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(oneStop(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CatalystError';
    this.code = code;
    this.class = errorCodes[code].class;
    this.exitCode = exitStatuses[this.class];
    this.oclif = { exit: this.exitCode };
    this.actions = details.actions ?? [];
    this.data = details.data ?? {};
  }
}

/** What others said often ends a sentence already, and stands within one of ours: `… refused.; then …`, `… failed..` */
function oneStop(message: string): string {
  return message.replace(/(?<![.\s])\.(?=[.;,)](?:\s|$))/g, '');
}

/** Makes (does not throw) an error: `throw fail('E2101', 'The Hetzner token was refused.', { actions: […] })`. */
export function fail(code: ErrorCode, message: string, details: ErrorDetails = {}): CatalystError {
  return new CatalystError(code, message, details);
}

export function isCatalystError(error: unknown, code?: ErrorCode): error is CatalystError {
  return error instanceof CatalystError && (code === undefined || error.code === code);
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same without its full stop, to go on with in a sentence. */
export const clauseOf = (error: unknown): string => messageOf(error).replace(/\.$/, '');
