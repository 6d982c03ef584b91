/** The live tree on a terminal: redraws its lines in place, hides nothing that was there before. */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { RunEvent } from '../../phases/events.js';
import { messageOf } from '../../support/errors.js';
import { printable } from '../../support/printable.js';
import type { Redactor } from '../../support/redact.js';
import { drawFrame, type Tone } from './frame.js';
import type { Renderer, RendererTools } from './renderer.js';
import { emptyTree, foldEvent } from './tree-state.js';

type Style = Parameters<typeof styleText>[0];

const styles: Record<Tone, Style> = { good: 'green', bad: 'red', busy: 'cyan', dim: 'dim', strong: 'bold' };
const esc = '\u001b[';

export interface LiveOptions extends RendererTools {
  /** Calls `draw` regularly until the answer is called; a timer, or a test's hand. */
  every?: (draw: () => void) => () => void;
}

export function createLiveRenderer(options: LiveOptions): Renderer {
  const { stderr, redactor, clock, color, lab, fqdn } = options;
  const every = options.every ?? timer;
  let tree = emptyTree();
  let drawn = 0;
  let tick = 0;
  let open = true;
  let held = false;
  const paint = (text: string, tone: Tone) => (color ? styleText(styles[tone], text, { validateStream: false }) : text);

  const draw = () => {
    if (!open || held) return;
    const lines = drawFrame(tree, {
      columns: stderr.columns ?? 80,
      rows: stderr.rows ?? 24,
      now: clock.now(),
      tick: tick++,
      paint,
      fqdn,
      lab,
    });
    // Each line is cleared after it is written, not before: no empty moment, so no flicker.
    const up = drawn > 0 ? `${esc}${drawn}A\r` : '';
    const body = lines.map((line) => `${line}${esc}K\n`).join('');
    stderr.write(`${esc}?25l${up}${body}${esc}0J`);
    drawn = lines.length;
  };
  /** After a resize the old frame may have wrapped: nothing of it can be addressed any more. */
  const onResize = () => {
    if (held) return;
    drawn = 0;
    stderr.write(`${esc}2J${esc}H`);
    draw();
  };
  stderr.on('resize', onResize);
  const stop = every(draw);
  return {
    handle(event) {
      tree = foldEvent(tree, withoutSecrets(event, redactor));
      if (event.type === 'run-started' || event.type === 'run-finished') draw();
    },
    say(line) {
      // Takes the place of the frame, which goes on below it; what the terminal echoed (^C) goes with the frame.
      const up = drawn > 0 ? `${esc}${drawn}A\r` : '';
      stderr.write(`${up}${esc}0J${printable(redactor.redact(line))}\n`);
      drawn = 0;
      draw();
    },
    hold() {
      draw();
      held = true;
      drawn = 0;
      stderr.write(`${esc}?25h`);
      return () => {
        held = false;
        draw();
      };
    },
    close() {
      if (!open) return;
      held = false;
      draw();
      open = false;
      stop();
      stderr.off('resize', onResize);
      stderr.write(`${esc}?25h`);
    },
  };
}

/** Before anything is cut to the width of the window: half a secret is no longer recognized. */
function withoutSecrets(event: RunEvent, redactor: Redactor): RunEvent {
  if (!('error' in event) || event.error === undefined) return redactedStrings(event, redactor);
  return { ...redactedStrings(event, redactor), error: new Error(redactor.redact(messageOf(event.error))) };
}

function redactedStrings<E extends RunEvent>(event: E, redactor: Redactor): E {
  const texts = Object.entries(event).map(([key, value]) => [
    key,
    typeof value === 'string' ? redactor.redact(value) : value,
  ]);
  return Object.fromEntries(texts) as E;
}

function timer(draw: () => void): () => void {
  const handle = setInterval(draw, 100);
  handle.unref();
  return () => clearInterval(handle);
}

/** What a line looks like without its colours; for measuring. */
export function plain(line: string): string {
  return stripVTControlCharacters(line);
}
