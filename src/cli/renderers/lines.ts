/** One line an event: `time phase/step event reason`. For pipes, CI and --verbose. */
import type { RunEvent, StepEvent } from '../../engine/events.js';
import { formatDuration } from '../../support/durations.js';
import { messageOf } from '../../support/errors/errors.js';
import { oneLine, printable } from '../../support/printable.js';
import type { Renderer, RendererTools } from './renderer.js';

export function createLinesRenderer({ stderr, redactor }: Pick<RendererTools, 'stderr' | 'redactor'>): Renderer {
  return {
    handle(event) {
      stderr.write(`${oneLine(redactor.redact(eventLine(event)))}\n`);
    },
    say(line) {
      stderr.write(`${printable(redactor.redact(line))}\n`);
    },
    hold: () => () => undefined,
    close() {},
  };
}

/** `14:32:10` in local time. */
export function clockTime(at: Date): string {
  return at.toTimeString().slice(0, 8);
}

export function eventLine(event: RunEvent): string {
  const time = clockTime(event.at);
  if (event.type === 'run-started') {
    return `${time} run ${event.runId} started: ${event.steps.length} steps, plan ${event.planHash.slice(0, 12)}`;
  }
  if (event.type === 'run-finished') {
    return `${time} run ${event.ok ? 'done' : 'ended with failures'} in ${formatDuration(event.ms)}`;
  }
  return `${time} ${event.step.phase}/${event.step.id} ${event.type}${detail(event)}`;
}

function detail(event: StepEvent): string {
  const took = event.ms === undefined ? '' : ` ${formatDuration(event.ms)}`;
  switch (event.type) {
    case 'waiting':
      return ` for ${event.reason}${event.deadline ? ` until ${clockTime(event.deadline)}` : ''}`;
    case 'mutation':
      return `: ${event.sentence}`;
    case 'done':
      return `${took}${event.summary ? `: ${event.summary}` : ''}`;
    case 'failed':
      return `${took}: ${messageOf(event.error).replaceAll('\n', ' · ')}`;
    default:
      return event.reason ? `: ${event.reason}` : '';
  }
}
