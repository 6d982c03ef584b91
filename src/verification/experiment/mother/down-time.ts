/**
 * How long catalyst-api may be away from the mother: one deadline, armed just before the first write and counted to the write that puts it
 * back. Nothing in between outlasts it, whatever hangs; the Job that is armed on the mother keeps to it too, for when this machine
 * cannot (undo-scripts.ts).
 */
import type { Clock } from '../../../support/clock.js';
import type { Act } from '../../../world/step.js';
import { longestDownMs } from '../experiment.js';

/** What it takes to begin the undo, before the mother begins hers. */
const undoMs = 4000;
/** The Job sees that catalyst-api is stopped up to two seconds and a half after it was. */
const jobEarlierSeconds = 3;

/** How long the armed Job waits from when it sees catalyst-api stopped: it puts back in time, and not before this process does. */
export const downSecondsOf = (windowMs: number) => Math.floor(longestDownMs(windowMs) / 1000) - jobEarlierSeconds;

export interface DownTime {
  /** When the undo must begin, in milliseconds since the experiment began. */
  endAt: number;
  /** Ends with it. */
  over: AbortSignal;
  close(): void;
}

/** @param faultAt when the first write was made, by the clock of `now` */
export function startDownTime(
  clock: Clock,
  { now, faultAt, windowMs }: { now: () => number; faultAt: number; windowMs: number },
): DownTime {
  const endAt = faultAt + longestDownMs(windowMs) - undoMs;
  const [over, closed] = [new AbortController(), new AbortController()];
  clock.sleep(Math.max(0, endAt - now()), closed.signal).then(
    () => over.abort(new Error('the mother must be put back')),
    () => undefined,
  );
  return { endAt, over: over.signal, close: () => closed.abort(new Error('the mother is put back')) };
}

/** Makes no change any more once the time is over: it would come after the undo. */
export const onlyBefore =
  (over: AbortSignal, act: Act): Act =>
  (mutation, change, options) =>
    act(
      mutation,
      async (writers, operation) => {
        over.throwIfAborted();
        return change(writers, operation);
      },
      options,
    );
