/** What a run shows: a renderer fit for the terminal, opened at the first event, and lines that disturb none. */
import type { Emit } from '../../engine/events.js';
import { printable } from '../../support/printable.js';
import { chooseRenderer } from '../renderers/choose.js';
import type { Renderer } from '../renderers/renderer.js';
import type { Opening } from './opening.js';

export interface SessionScreen {
  emit: Emit;
  /** A line for the person at any moment, also over a live tree. */
  say(line: string): void;
  /** A line of a question. */
  show(line: string): void;
  /** Gives the terminal to a question until the answer is called. */
  hold(): () => void;
}

/** `fqdn`: for the header, when it is known. */
export function createSessionScreen(
  { flags, request: { json, env, redactor }, clock, output, onClose }: Opening,
  fqdn: () => string | undefined,
): SessionScreen {
  let renderer: Renderer | undefined;
  const emit: Emit = (event) => {
    if (!renderer) {
      renderer = chooseRenderer(
        { json, verbose: flags.verbose, ci: Boolean(env.CI), tty: Boolean(process.stderr.isTTY) },
        {
          stderr: process.stderr,
          redactor,
          clock,
          color: !flags['no-color'] && !env.NO_COLOR,
          lab: flags.lab,
          fqdn: fqdn(),
        },
      );
      onClose(() => renderer?.close());
    }
    renderer.handle(event);
  };

  return {
    emit,
    say(line) {
      if (renderer) renderer.say(line);
      // What the terminal echoed (^C) has a line of its own.
      else process.stderr.write(`\n${printable(redactor.redact(line))}\n`);
    },
    show: (line) => (renderer ? renderer.say(line) : output.note(line)),
    hold: () => renderer?.hold() ?? (() => undefined),
  };
}
