/**
 * ^C: the first aborts the signal, so that steps stop where it is safe and put back what they changed for a while; the second
 * ends the process at once.
 */
import { fail } from '../support/errors.js';

export interface Interrupts {
  readonly signal: AbortSignal;
  /** Aborts a minute after `signal`: for single calls, and for what puts things back. */
  readonly undoSignal: AbortSignal;
  /** Aborts with E4003 after `ms`. */
  limit(ms: number): void;
  close(): void;
}

/** What is not put back by then is what the undos armed on the clusters are for. */
const undoMs = 60_000;

/** `say` shows a line to the person, wherever the terminal stands at that moment. */
export function listenForInterrupts(
  say: (line: string) => void,
  source: Pick<NodeJS.Process, 'on' | 'off' | 'exit'> = process,
): Interrupts {
  const controller = new AbortController();
  const undoing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let undoTimer: NodeJS.Timeout | undefined;
  controller.signal.addEventListener('abort', () => {
    undoTimer = setTimeout(() => undoing.abort(controller.signal.reason), undoMs);
    undoTimer.unref();
  });
  const onSignal = () => {
    if (controller.signal.aborted) source.exit(130);
    say('Stopping; press ^C again to stop at once.');
    controller.abort(fail('E1901', 'Interrupted.', { actions: ['catalyst resume'] }));
  };
  source.on('SIGINT', onSignal);
  source.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    undoSignal: undoing.signal,
    limit(ms) {
      timer = setTimeout(() => {
        const message = `Not finished within --timeout ${Math.round(ms / 1000)}s.`;
        controller.abort(fail('E4003', message, { actions: ['catalyst resume'] }));
      }, ms);
      timer.unref();
    },
    close() {
      clearTimeout(timer);
      clearTimeout(undoTimer);
      source.off('SIGINT', onSignal);
      source.off('SIGTERM', onSignal);
    },
  };
}
