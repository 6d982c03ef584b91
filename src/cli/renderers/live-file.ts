/** Keeps the file that others watch the run by: at most four times a second, and always with its end. */
import type { RunRecord } from '../../engine/record/run-record.js';
import { forgetLiveRun, writeLiveRun } from '../../sovereign/state/live-run.js';
import type { Clock } from '../../support/clock.js';
import type { Redactor } from '../../support/redact/redact.js';

export interface LiveFile {
  /** From now on it is in this state directory. A second call changes nothing. */
  open(stateDir: string, log?: string): void;
  show(run: RunRecord): void;
  close(): void;
}

const pauseMs = 250;

/** `later` calls back once after so many milliseconds, unless the answer is called: a timer that keeps nothing alive, or a test's hand. */
export function createLiveFile(redactor: Redactor, clock: Clock, later = unreferenced): LiveFile {
  let place: { dir: string; log?: string } | undefined;
  let newest: RunRecord | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  const write = () => {
    cancel?.();
    cancel = undefined;
    if (!place || !newest) return;
    writtenAt = clock.now().getTime();
    attempt(() => writeLiveRun(place!.dir, { ...withoutSecrets(newest!, redactor), log: place!.log }));
    newest = undefined;
  };
  return {
    open(dir, log) {
      if (place) return;
      place = { dir, log };
      attempt(() => forgetLiveRun(dir));
    },
    show(run) {
      newest = run;
      const since = clock.now().getTime() - writtenAt;
      if (run.finished || since >= pauseMs || since < 0) write();
      else cancel ??= later(write, pauseMs - since);
    },
    close: write,
  };
}

/** Watching is of interest, not of need: on a full disk the next journal entry ends the run. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // as above
  }
}

/** Inside the strings; dates stay dates. */
function withoutSecrets(run: RunRecord, redactor: Redactor): RunRecord {
  const steps = run.steps.map((step) => ({
    ...step,
    title: redactor.redact(step.title),
    ...(step.note === undefined ? {} : { note: redactor.redact(step.note) }),
    parts: step.parts.map((part) => ({
      ...part,
      id: redactor.redact(part.id),
      ...(part.note === undefined ? {} : { note: redactor.redact(part.note) }),
    })),
  }));
  return { ...run, steps };
}

function unreferenced(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
}
