/** Data to stdout, everything else to stderr, all of it redacted and without control characters. */
import type { Output } from '../../actions/session/context.js';
import { printable } from '../../support/printable.js';
import type { Redactor } from '../../support/redact/redact.js';

type Sink = { write(text: string): unknown };

export function createOutput(options: { json: boolean; stdout: Sink; stderr: Sink; redactor: Redactor }): Output {
  const { json, stdout, stderr, redactor } = options;
  const warnings: string[] = [];
  const clean = (text: string) => printable(redactor.redact(text));
  const line = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
  return {
    warnings,
    print(text) {
      if (!json) stdout.write(line(clean(text)));
    },
    note(text) {
      if (!json) stderr.write(line(clean(text)));
    },
    warn(text) {
      const warning = clean(text);
      warnings.push(warning);
      if (!json) stderr.write(line(`! ${warning}`));
    },
  };
}
