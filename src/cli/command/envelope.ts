/** The one JSON document of `--json`, by allow-list: `{status, result, warnings}` or `{status, error}` (product.md §4). */
import type { CatalystError } from '../../support/errors/errors.js';
import { printableJson } from '../../support/printable.js';
import type { Redactor } from '../../support/redact/redact.js';

/** True when `--json` was given before a `--`. Known before parsing, so that parse errors are JSON too. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}

export function successEnvelope(result: unknown, warnings: readonly string[]) {
  return { status: 'ok', result, warnings };
}

/** `typed` makes the commands those of this invocation. `data.result` of the error (a check that failed still has findings) becomes `result` beside `error`. */
export function errorEnvelope(error: CatalystError, typed = (text: string) => text) {
  const { result, ...data } = error.data;
  return {
    status: error.class,
    error: {
      code: error.code,
      message: typed(error.message),
      actions: error.actions.map(typed),
      exitCode: error.exitCode,
      ...(Object.keys(data).length > 0 ? { data } : {}),
    },
    ...(result === undefined ? {} : { result }),
  };
}

/** Redacts inside the strings, before they are escaped, so that the document stays valid JSON; safe to show on a terminal. */
export function toJson(value: unknown, redactor?: Redactor): string {
  return printableJson(JSON.stringify(redactor ? redactor.clean(value) : value, undefined, 2));
}
