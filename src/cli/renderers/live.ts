/** The live tree on a terminal: listr2's tasks, fed from the runner's events, drawn in place on stderr. */
import type { RunEvent } from '../../engine/events.js';
import { messageOf } from '../../support/errors/errors.js';
import { printable } from '../../support/printable.js';
import type { Redactor } from '../../support/redact/redact.js';
import { paintIf } from '../text/paint.js';
import type { FrameHeader } from './frame.js';
import { eventLine } from './lines.js';
import { everyTenth, type Renderer, type RendererTools } from './renderer.js';
import type { RunTasks } from './run-tasks.js';
import { createTerminalScreen } from './terminal-screen.js';

/** Nothing is drawn before `run-started`: until then, each change of a dry-run is a line. */
export function createLiveRenderer(options: RendererTools): Renderer {
  const { stderr, redactor, clock, color, lab, fqdn, resume, dryRun } = options;
  const screen = createTerminalScreen(stderr, options.every ?? everyTenth);
  let header: FrameHeader | undefined;
  let tasks: Promise<RunTasks> | undefined;
  const paint = paintIf(color);
  const say = (line: string) => screen.above(() => stderr.write(`${printable(redactor.redact(line))}\n`));

  return {
    handle(given) {
      const event = withoutSecrets(given, redactor);
      if (event.type === 'run-started') {
        const { runId, planHash, at: startedAt } = event;
        const run: FrameHeader = { runId, planHash, startedAt, writes: 0, fqdn, lab, resume };
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
      } else if (event.type === 'mutation' && !dryRun) {
        say(eventLine(event));
      }
    },
    say,
    above: screen.above,
    hold: () => screen.hold(),
    async close() {
      await tasks;
      await screen.close();
    },
  };
}

/** Before anything is cut to the width of the window: half a secret is no longer recognized. */
function withoutSecrets(event: RunEvent, redactor: Redactor): RunEvent {
  if (event.type === 'run-started' || event.type === 'run-finished') return event;
  const { error, part, ...rest } = event;
  return {
    ...redactedStrings(rest, redactor),
    ...(error === undefined ? {} : { error: new Error(redactor.redact(messageOf(error))) }),
    ...(part && { part: redactedStrings(part, redactor) }),
  };
}

function redactedStrings<T extends object>(value: T, redactor: Redactor): T {
  const texts = Object.entries(value).map(([key, one]) => [key, typeof one === 'string' ? redactor.redact(one) : one]);
  return Object.fromEntries(texts) as T;
}
