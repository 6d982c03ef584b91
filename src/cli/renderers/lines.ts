/**
 * A log of a run, for pipes and CI: when a phase begins and ends, one line for each step and its outcome, and a wait once it has
 * lasted. With --verbose one line for every event: `time phase/step event reason`.
 */
import { type RunEvent, type StepEvent, stepName } from '../../engine/events.js';
import { isProven, openRecord, type RunRecord, record } from '../../engine/record/run-record.js';
import { counted } from '../../support/counted.js';
import { formatDuration } from '../../support/durations.js';
import { messageOf } from '../../support/errors/errors.js';
import { oneLine, printable } from '../../support/printable.js';
import { shortReason } from '../../support/short-reason.js';
import { phases } from '../../walk/wbs.js';
import { createRedProbes } from './red-probes.js';
import { everyTenth, type Renderer, type RendererTools } from './renderer.js';

/** How long a wait lasts before it gets a line. */
const longWaitMs = 10_000;

/** Where lines go, by the phase that they belong to. */
export interface LineSink {
  write(line: string, phase?: number): void;
  phaseStarted(phase: number, title: string): void;
  phaseEnded(phase: number, title: string): void;
  close(): void;
}

export function createLinesRenderer(options: RendererTools, sink = plainSink(options.stderr)): Renderer {
  const { redactor, verbose = false, dryRun = false } = options;
  const write = (line: string, phase?: number) => sink.write(oneLine(redactor.redact(line)), phase);
  const outcomes = verbose ? undefined : createOutcomes(options, { ...sink, write });
  return {
    handle(event) {
      if (outcomes) outcomes.handle(event);
      else write(eventLine(event, dryRun), 'step' in event ? event.step.phase : undefined);
    },
    say: (line) => sink.write(printable(redactor.redact(line))),
    above: (writeOut) => writeOut(),
    hold: () => () => undefined,
    close() {
      outcomes?.close();
      sink.close();
    },
  };
}

export function plainSink(stderr: Pick<NodeJS.WriteStream, 'write'>): LineSink {
  const write = (line: string) => void stderr.write(`${line}\n`);
  return {
    write,
    phaseStarted: (_phase, title) => write(title),
    phaseEnded: (_phase, title) => write(title),
    close() {},
  };
}

function createOutcomes({ clock, every = everyTenth }: RendererTools, sink: LineSink) {
  let run: RunRecord | undefined;
  const begun = new Set<number>();
  const waits = new Map<string, StepEvent>();
  const shown = new Map<string, string>();
  const red = createRedProbes();
  const titleOf = (phase: number) => `phase ${phase} ${phases.find(({ id }) => id === phase)?.title ?? ''}`.trim();
  const stepsOf = (phase: number) => run?.steps.filter((step) => step.phase === phase) ?? [];

  const writeRed = (step: StepEvent['step'], words: string) =>
    sink.write(`${clockTime(clock.now())} ${step.phase}/${stepName(step)} ${words}`, step.phase);

  /** Waits that have lasted get their line, once for each reason; so do probes that have been red for a while. */
  const lookAtWaits = () => {
    for (const { step, words } of red.takeOld(clock.now())) writeRed(step, words);
    for (const [id, event] of waits) {
      if (clock.now().getTime() - event.at.getTime() < longWaitMs) continue;
      waits.delete(id);
      if (shown.get(id) !== event.reason) sink.write(eventLine({ ...event, at: clock.now() }), event.step.phase);
      shown.set(id, event.reason ?? '');
    }
  };
  const stop = every(lookAtWaits);

  const onStep = (event: StepEvent) => {
    const { step } = event;
    if (!begun.has(step.phase)) {
      begun.add(step.phase);
      sink.phaseStarted(
        step.phase,
        `${clockTime(event.at)} ${titleOf(step.phase)}: ${counted(stepsOf(step.phase).length, 'step')}`,
      );
    }
    if (event.type === 'waiting') {
      const since = waits.get(step.id);
      // Another reason for the same wait is no new wait.
      waits.set(step.id, { ...event, at: since?.at ?? event.at });
    } else if (event.type !== 'part') waits.delete(step.id);
    red.add(event);
    if (isWorthALine(event)) {
      const words = red.take(step.id);
      if (words !== undefined) writeRed(step, words);
      sink.write(eventLine(event), step.phase);
    }
    const steps = stepsOf(step.phase);
    const over = steps.every(({ status }) => status !== 'pending' && status !== 'running');
    if (isEnd(event) && over) {
      const proven = steps.filter(isProven).length;
      sink.phaseEnded(step.phase, `${clockTime(event.at)} ${titleOf(step.phase)}: ${proven} of ${steps.length} proven`);
    }
  };

  return {
    handle(event: RunEvent) {
      if (event.type === 'run-started') {
        run = openRecord(event);
        sink.write(eventLine(event));
        return;
      }
      if (!run) return;
      record(run, event);
      lookAtWaits();
      if (event.type === 'run-finished') sink.write(eventLine(event));
      else onStep(event);
    },
    close: stop,
  };
}

const isEnd = ({ type }: StepEvent) => ['done', 'skipped', 'failed', 'interrupted', 'blocked'].includes(type);

/** Of parts, what was decided: an item, a moment. Probes that fail share a line. */
function isWorthALine(event: StepEvent): boolean {
  if (event.type !== 'part') return isEnd(event);
  const { group, state } = event.part ?? {};
  return group === 'item' ? state !== 'running' : group === 'moment';
}

/** `14:32:10` in local time. */
export function clockTime(at: Date): string {
  return at.toTimeString().slice(0, 8);
}

/** @param dryRun changes are then those that would be made */
export function eventLine(event: RunEvent, dryRun = false): string {
  const time = clockTime(event.at);
  if (event.type === 'run-started') {
    const plan = event.planHash === '' ? '' : `, plan ${event.planHash.slice(0, 12)}`;
    return `${time} run ${event.runId} started: ${counted(event.steps.length, 'step')}${plan}`;
  }
  if (event.type === 'run-finished') {
    const how = event.interrupted ? 'interrupted after' : event.ok ? 'done in' : 'ended with failures after';
    return `${time} run ${how} ${formatDuration(event.ms)}`;
  }
  return `${time} ${event.step.phase}/${stepName(event.step)} ${detail(event, dryRun)}`.trimEnd();
}

function detail(event: StepEvent, dryRun: boolean): string {
  const took = event.ms === undefined ? '' : ` ${formatDuration(event.ms)}`;
  switch (event.type) {
    case 'waiting':
      return `waiting: ${event.reason}${event.deadline ? `, until ${clockTime(event.deadline)}` : ''}`;
    case 'mutation':
      return dryRun ? `would ${event.sentence}` : `mutation: ${event.sentence}`;
    case 'done':
      return `✔ done${took}${event.summary ? `: ${event.summary}` : ''}`;
    case 'failed':
      return `✖ failed${took}: ${shortReason(messageOf(event.error))}`;
    case 'interrupted':
      return `■ interrupted${took}`;
    case 'skipped':
      return `✔ proven before${event.reason ? `: ${event.reason}` : ''}`;
    case 'blocked':
      return `⊘ not started${event.reason ? `: ${event.reason}` : ''}`;
    case 'part':
      return partDetail(event);
    default:
      return `${event.type}${event.reason ? `: ${event.reason}` : ''}`;
  }
}

function partDetail({ part }: StepEvent): string {
  if (!part) return '';
  const words = { running: '', pass: '✔ ', fail: '✖ ', 'not-checked': '◐ not checked ', 'left-out': '○ left out ' };
  const name = part.title === undefined ? part.id : `${part.id} ${part.title}`;
  const until = part.until ? `, until ${clockTime(part.until)}` : '';
  return `${words[part.state]}${name}${part.note ? `: ${part.note}` : ''}${until}`;
}
