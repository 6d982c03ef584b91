/** Data to stdout, everything else to stderr, all of it redacted and without control characters. */
import type { Output } from '../../actions/session/context.js';
import { fail } from '../../support/errors/errors.js';
import { printable } from '../../support/printable.js';
import type { Redactor } from '../../support/redact/redact.js';
import { type Block, flowing, type Look, layOut } from '../text/page.js';
import { paintIf } from '../text/paint.js';

type Sink = { write(text: string): unknown; isTTY?: boolean; columns?: number };

export interface OutputOptions {
  json: boolean;
  stdout: Sink;
  stderr: Sink;
  redactor: Redactor;
  color?: boolean;
  quiet?: boolean;
  /** Commands in a text, as this person has to type them. */
  typed?: (text: string) => string;
  /** Lets something write where it does not disturb what is drawn on the terminal. */
  above?: (write: () => void) => void;
  /** Is given each line for the person too. */
  log?: (text: string) => void;
}

/** What is printed on a terminal, beside plain text. */
export interface PageOutput extends Output {
  /** Lines, tables and facts on stdout, laid out for its width. Dropped with `--json`, as `print` is. */
  page(blocks: readonly Block[]): void;
  /** How `stream` is written to. */
  lookOf(stream: 'stdout' | 'stderr'): Look;
}

export function createOutput(options: OutputOptions): PageOutput {
  const { json, stdout, stderr, redactor, color = false, quiet = false } = options;
  const { log = () => {}, above = (write: () => void) => write(), typed = (text: string) => text } = options;
  const warnings: string[] = [];
  const clean = (text: string) => printable(redactor.redact(typed(text)));
  const line = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
  const write = (sink: Sink, text: string) => above(() => sink.write(line(text)));
  const lookOf = (sink: Sink): Look => ({
    columns: sink.isTTY ? sink.columns || 80 : undefined,
    paint: paintIf(color && sink.isTTY === true),
    clean,
  });
  /** Broken between words on a terminal, which would break them anywhere; a line that is indented goes on further in. */
  const inLines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .flatMap((one) => flowing([one], lookOf(stderr), one.startsWith(' ') ? `${/^ */.exec(one)![0]}  ` : ''))
      .join('\n');
  return {
    warnings,
    lookOf: (stream) => lookOf({ stdout, stderr }[stream]),
    print(text) {
      log(text);
      if (!json) write(stdout, clean(text));
    },
    page(blocks) {
      if (!json) write(stdout, layOut(blocks, lookOf(stdout)));
    },
    note(text) {
      log(text);
      if (!json && !quiet) write(stderr, inLines(text));
    },
    reveal(secret) {
      if (json || stdout.isTTY !== true) {
        throw fail('E1001', 'A secret is shown on a terminal only; nothing was written to this file or pipe.', {
          actions: ['run the command on a terminal, without --json'],
          data: { flag: '--reveal' },
        });
      }
      above(() => stdout.write(line(printable(secret))));
    },
    warn(text) {
      const warning = clean(text);
      warnings.push(warning);
      log(`! ${warning}`);
      if (!json) write(stderr, inLines(`! ${text}`));
    },
  };
}
