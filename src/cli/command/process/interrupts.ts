/**
 * Everything that ends a command early: ^C, SIGTERM, SIGQUIT, SIGHUP, a closed output, --timeout, an error that nobody caught. All
 * of them abort the signal, so that steps stop where it is safe and put back what they changed for a while; a second ^C ends the
 * process at once (docs/decisions/0013).
 */
import { command } from '../../../support/commands/command.js';
import { formatDuration } from '../../../support/durations.js';
import { type CatalystError, fail, isCatalystError, messageOf } from '../../../support/errors/errors.js';
import { type ClosedOutput, type OutputWatch, processOutputs } from './closed-output.js';

export interface Interrupts {
  readonly signal: AbortSignal;
  /** For single calls, and for what puts things back: aborts with `signal`, or a minute later once something was changed. */
  readonly undoSignal: AbortSignal;
  /** Rejects when a stopped command has not ended in time. */
  readonly overdue: Promise<never>;
  /** From now on nobody but the reader of its output sees what the command does. Throws the reason when it was stopped before. */
  acts(): void;
  /** From now on something may have to be finished or put back. Throws the reason when the command was stopped before the first time. */
  changes(): void;
  /** Aborts with E4003 after `ms`. */
  limit(ms: number): void;
  /** What the command ends with because it was stopped; `quietly` when it only read and nobody reads its output. */
  stopped(): { error: CatalystError; quietly: boolean } | undefined;
  close(): void;
}

interface InterruptParts {
  outputs: OutputWatch;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
}

/** What is not put back by then is what the undos armed on the clusters are for. */
const undoMs = 60_000;
/** How long a stopped command may take to end: when it has only read, and after `undoMs` when it has changed something. */
const endMs = 1500;
const listened = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'] as const;
/** The longest delay that timers know. */
const longestMs = 2 ** 31 - 1;

/** `say` shows a line to the person, wherever the terminal stands at that moment. */
export function listenForInterrupts(
  say: (line: string) => void,
  source: Pick<NodeJS.Process, 'on' | 'off' | 'exit'> = process,
  { outputs = processOutputs(), now = () => performance.now() }: Partial<InterruptParts> = {},
): Interrupts {
  const controller = new AbortController();
  const undoing = new AbortController();
  let expire: (reason: CatalystError) => void = () => undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    expire = reject;
  });
  overdue.catch(() => undefined);
  const timers: NodeJS.Timeout[] = [];
  let acting = false;
  let changing = false;
  let limit = { ms: 0, endsAt: Number.POSITIVE_INFINITY };
  let quietly = false;

  const stop = (reason: CatalystError) => {
    if (controller.signal.aborted) return;
    quietly = isCatalystError(reason, 'E1902') && !acting;
    controller.abort(reason);
    if (changing) timers.push(setTimeout(() => undoing.abort(reason), undoMs));
    else undoing.abort(reason);
    timers.push(setTimeout(() => expire(reason), changing ? undoMs + endMs : endMs));
  };
  const next = () => ({ actions: acting ? [command('resume')] : ['run the command again'] });
  const onSignal = (name: (typeof listened)[number]) => {
    if (!controller.signal.aborted) {
      say('Stopping; press ^C again to stop at once.');
      stop(fail('E1901', name === 'SIGINT' ? 'Interrupted.' : `Interrupted by ${name}.`, next()));
    } else if (name !== 'SIGHUP') source.exit(130);
  };
  // A terminal that closes sends SIGHUP more than once, so it never ends the process at once.
  const signals = listened.map((name) => [name, () => onSignal(name)] as const);
  for (const [name, listener] of signals) source.on(name, listener);

  const onUncaught = (error: unknown) =>
    stop(
      fail('E9001', `A bug in catalyst: ${messageOf(error)}`, { actions: [command('support-bundle')], cause: error }),
    );
  source.on('uncaughtException', onUncaught);

  const closed: ClosedOutput[] = [];
  const considerClosed = () => {
    // Who reads the data only loses news; what acts must not go on unseen.
    const lost = closed.find(({ stream }) => acting || stream === 'stdout');
    if (lost?.readerLeft) stop(fail('E1902', `The reader of ${lost.stream} is gone.`, next()));
    else if (lost) stop(fail('E1201', `${lost.stream} cannot be written.`, next()));
  };
  const unlisten = outputs.listen((one) => {
    closed.push(one);
    considerClosed();
  });

  return {
    signal: controller.signal,
    undoSignal: undoing.signal,
    overdue,
    acts() {
      acting = true;
      considerClosed();
      controller.signal.throwIfAborted();
    },
    changes() {
      // What puts things back changes something too, after the stop.
      if (!changing) controller.signal.throwIfAborted();
      changing = true;
    },
    limit(ms) {
      limit = { ms, endsAt: now() + ms };
      timers.push(setTimeout(() => stop(tooLate()), Math.min(ms, longestMs)).unref());
    },
    stopped() {
      // Work that never let a timer run has used up its time all the same.
      if (now() > limit.endsAt) stop(tooLate());
      return controller.signal.aborted ? { error: controller.signal.reason, quietly } : undefined;
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      for (const [name, listener] of signals) source.off(name, listener);
      source.off('uncaughtException', onUncaught);
      unlisten();
    },
  };

  function tooLate(): CatalystError {
    return fail('E4003', `Not finished within --timeout ${formatDuration(limit.ms)}.`, next());
  }
}
