/**
 * The one rule for what a server may take of us, whatever it sends. An operation (a call with its retries, a list with its pages, a
 * body with its redirects) has `operationMs`, each attempt `attemptMs` of it at most, and earns more only by what came: a second for
 * each page, or for each 256 kB of a layer. What is kept of an answer has a limit, and what is too large is not asked for again.
 */

const mebibyte = 1024 * 1024;

/** Below the deadline of a check in preflight, so that the reason is the call's own. */
export const operationMs = 50_000;
export const attemptMs = 30_000;
/** What a page adds to the time of its list. */
export const pageMs = 1000;

export interface Deadline {
  /** Aborts at the deadline, or as soon as one of the outer signals does. */
  signal: AbortSignal;
  /** What went wrong: the deadline when it has passed, the error itself otherwise. Throws an outer signal's reason. */
  explain(error: unknown): unknown;
  /** The answer is there: nothing waits for the deadline any more, or is kept for it. */
  end(): void;
}

/** The time of one operation, running from when it is made. */
export interface Allowance {
  /** ms; 0 when it is spent. */
  left(): number;
  earn(ms: number): void;
  /** Waits for something that is not the server's doing: that time does not count. */
  free<T>(wait: () => Promise<T>): Promise<T>;
  /** All that is left of it, with what is earned meanwhile. `earn` is asked what came before it ends. */
  whole(outer: readonly (AbortSignal | undefined)[], earned?: () => number): Deadline;
  /** For one try. */
  attempt(...outer: readonly (AbortSignal | undefined)[]): Deadline;
}

export function createAllowance(ms: number = operationMs, now: () => number = () => performance.now()): Allowance {
  let granted = ms;
  const began = now();
  let free = 0;
  const left = () => Math.max(0, began + free + granted - now());
  const until = (most: number, outer: readonly (AbortSignal | undefined)[], earned: () => number): Deadline => {
    const given = outer.filter((signal) => signal !== undefined);
    const passed = new AbortController();
    const ends = now() + most;
    let timer: NodeJS.Timeout | undefined;
    const look = () => {
      granted += earned();
      const rest = Math.min(left(), ends - now());
      if (rest <= 0) passed.abort(new Error(late()));
      else timer = setTimeout(look, Math.ceil(rest)).unref();
    };
    const late = () => `no complete answer within ${Math.round((left() > 0 ? most : granted) / 10) / 100}s`;
    look();
    return {
      signal: AbortSignal.any([...given, passed.signal]),
      explain(error) {
        for (const signal of given) signal.throwIfAborted();
        return passed.signal.aborted ? new Error(late(), { cause: error }) : error;
      },
      end: () => clearTimeout(timer),
    };
  };
  const nothing = () => 0;
  return {
    left,
    earn(more) {
      granted += more;
    },
    async free(wait) {
      const before = now();
      try {
        return await wait();
      } finally {
        free += now() - before;
      }
    },
    whole: (outer, earned = nothing) => until(Number.POSITIVE_INFINITY, outer, earned),
    attempt: (...outer) => until(Math.min(left(), attemptMs), outer, nothing),
  };
}

/** From now until the last byte of the answer, however busily the other side goes on sending. */
export function deadlineIn(timeoutMs: number, ...outer: (AbortSignal | undefined)[]): Deadline {
  return createAllowance(timeoutMs).whole(outer);
}

/** More came than is kept of an answer. */
export class TooLarge extends Error {
  constructor(most: number) {
    super(`the answer is larger than ${Math.floor(most / mebibyte)} MiB`);
  }
}

/** All bytes of an answer. Throws `TooLarge` when there are more than `most`, and when the connection ended before the answer did. */
export async function collect(
  answer: AsyncIterable<unknown> & { complete?: boolean },
  most: number = 64 * mebibyte,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    if (size > most) throw new TooLarge(most);
    chunks.push(chunk as Buffer);
  }
  if (answer.complete === false) throw Object.assign(new Error('the answer was cut off'), { code: 'ECONNRESET' });
  return Buffer.concat(chunks);
}
