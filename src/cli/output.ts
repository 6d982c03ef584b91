/** Data to stdout, everything else to stderr, all of it redacted. */
import type { Output } from '../actions/context.js';
import type { Redactor } from '../support/redact.js';

type Sink = { write(text: string): unknown };

export function createOutput(options: { json: boolean; stdout: Sink; stderr: Sink; redactor: Redactor }): Output {
  const { json, stdout, stderr, redactor } = options;
  const warnings: string[] = [];
  const line = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
  return {
    warnings,
    print(text) {
      if (!json) stdout.write(line(redactor.redact(text)));
    },
    note(text) {
      if (!json) stderr.write(line(redactor.redact(text)));
    },
    warn(text) {
      const clean = redactor.redact(text);
      warnings.push(clean);
      if (!json) stderr.write(line(`! ${clean}`));
    },
  };
}
