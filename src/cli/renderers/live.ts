/** The live tree on a terminal: listr2's tasks, fed from the runner's events, drawn in place on stderr. */
import { styleText } from 'node:util';
import type { RunEvent, StepEvent } from '../../engine/events.js';
import { messageOf } from '../../support/errors/errors.js';
import { printable } from '../../support/printable.js';
import type { Redactor } from '../../support/redact/redact.js';
import type { FrameHeader, Tone } from './frame.js';
import { eventLine } from './lines.js';
import type { Renderer, RendererTools } from './renderer.js';
import type { RunTasks } from './run-tasks.js';
import { createTerminalScreen } from './terminal-screen.js';

type Style = Parameters<typeof styleText>[0];

const styles: Record<Tone, Style> = { good: 'green', bad: 'red', busy: 'cyan', dim: 'dim', strong: 'bold' };

export interface LiveOptions extends RendererTools {
  /** Calls `draw` regularly until the answer is called; a timer, or a test's hand. */
  every?: (draw: () => void) => () => void;
}

/** Nothing is drawn before `run-started`: until then, each change of a dry-run is a line. */
export function createLiveRenderer(options: LiveOptions): Renderer {
  const { stderr, redactor, clock, color, lab, fqdn } = options;
  const screen = createTerminalScreen(stderr, options.every ?? timer);
  let header: FrameHeader | undefined;
  let tasks: Promise<RunTasks> | undefined;
  const paint = (text: string, tone: Tone) => (color ? styleText(styles[tone], text, { validateStream: false }) : text);
  const say = (line: string) => screen.print(printable(redactor.redact(line)));

  return {
    handle(given) {
      const event = withoutSecrets(given, redactor);
      if (event.type === 'run-started') {
        const { runId, planHash, at: startedAt } = event;
        const run: FrameHeader = { runId, planHash, startedAt, writes: 0, fqdn, lab };
        header = run;
        tasks = import('./run-tasks.js').then(({ startRunTasks }) =>
          startRunTasks(event, { screen, clock, paint, header: run }),
        );
        void tasks.then(() => screen.draw());
      } else if (event.type === 'run-finished') {
        if (header) header.finishedMs = event.ms;
        screen.draw();
      } else if (header && tasks) {
        if (event.type === 'mutation') header.writes++;
        void tasks.then((started) => started.handle(event));
      } else if (event.type === 'mutation') {
        say(eventLine(event));
      }
    },
    say,
    hold: () => screen.hold(),
    async close() {
      await tasks;
      await screen.close();
    },
  };
}

/** Before anything is cut to the width of the window: half a secret is no longer recognized. */
function withoutSecrets(event: RunEvent, redactor: Redactor): RunEvent {
  if (!('error' in event) || event.error === undefined) return redactedStrings(event, redactor);
  return {
    ...redactedStrings(event as StepEvent, redactor),
    error: new Error(redactor.redact(messageOf(event.error))),
  };
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
