import type { Clock } from './clock.js';
import { command } from './commands/command.js';
import { fail } from './errors/errors.js';

export interface Pending {
  /** What is not there yet, for the person: "Deployment powerdns/dnsdist 0/1". */
  pending: string;
}
export type Observation<T> = { done: T } | Pending;

export interface WaitOptions<T> {
  /** What is waited for: "HelmRelease bp-powerdns Ready". */
  reason: string;
  timeoutMs: number;
  clock: Clock;
  signal: AbortSignal;
  /** Looks at the world. Throwing ends the wait at once: use it for states that cannot recover. */
  look: () => Promise<Observation<T>>;
  /** Told when the reason for waiting changes. */
  onPending?: (pending: string, deadline: Date) => void;
  /** First pause in ms; grows by half up to `maxPauseMs`. */
  pauseMs?: number;
  maxPauseMs?: number;
}

/** Polls with growing pauses until `look` is done. For APIs that can watch, use the watch instead. */
export async function waitUntil<T>(options: WaitOptions<T>): Promise<T> {
  const { clock, signal, look, onPending, reason, timeoutMs } = options;
  const deadline = new Date(clock.now().getTime() + timeoutMs);
  let pause = options.pauseMs ?? 100;
  let last = '';
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    if ('done' in seen) return seen.done;
    if (seen.pending !== last) {
      last = seen.pending;
      onPending?.(last, deadline);
    }
    const left = deadline.getTime() - clock.now().getTime();
    if (left <= 0) {
      throw fail('E4003', `Timed out after ${Math.round(timeoutMs / 1000)}s waiting for ${reason}: ${last}.`, {
        actions: [command('resume')],
        data: { reason, pending: last },
      });
    }
    await clock.sleep(Math.min(pause, left), signal);
    pause = Math.min(pause * 1.5, options.maxPauseMs ?? 2000);
  }
}

/** A reason of its own each time would be made with a stack, and samples of an experiment end thousands of them. */
const over = new Error('over');

/** What `work` resolves to; rejects as soon as one of the signals aborts, even if `work` is still pending. */
export async function unlessAborted<T>(work: Promise<T>, ...signals: readonly AbortSignal[]): Promise<T> {
  const signal = AbortSignal.any([...signals]);
  const closed = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { signal: closed.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    closed.abort(over);
  }
}

/**
 * What `work` resolves to, or after so many milliseconds whatever `late` answers or throws: by default E3101. The timer ends with the
 * answer; `work` itself goes on. Rejects as soon as the signal aborts.
 */
export async function within<T, L = never>(
  work: Promise<T>,
  limit: { clock: Clock; signal?: AbortSignal; ms: number; late?: () => L },
): Promise<T | L> {
  const { clock, signal, ms, late = noAnswer(ms) } = limit;
  const closed = new AbortController();
  const passed = clock.sleep(ms, closed.signal).then(late);
  const first = Promise.race([work, passed]);
  try {
    return await (signal ? unlessAborted(first, signal) : first);
  } finally {
    passed.catch(() => undefined);
    closed.abort(over);
  }
}

const noAnswer = (ms: number) => (): never => {
  throw fail('E3101', `no answer within ${ms / 1000}s`);
};
