/** What the parts of a context share: flags, the request, output, the lab, and what must be closed at the end. */
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { RunRecord } from '../../engine/record/run-record.js';
import { type Clock, systemClock } from '../../support/clock.js';
import type { Redactor } from '../../support/redact/redact.js';
import { clustersOf, type SharedFlags } from '../command/flags.js';
import { once } from '../command/once.js';
import { createOutput, type PageOutput } from '../command/output.js';
import { createLiveFile, type LiveFile } from '../renderers/live-file.js';
import { createRunLog, type RunLog } from '../renderers/run-log.js';
import { asTyped, type Invocation } from '../text/invocation.js';
import type { PlannedChange } from '../text/summary.js';
import { startsLab } from './chosen-lab/acting-commands.js';
import { ignoredText } from './chosen-lab/lab-only.js';
import type { LabAccess } from './chosen-lab/use-lab.js';

export interface ContextRequest {
  json: boolean;
  root: string;
  /** Words of the command, for the lock. */
  command: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Variables that were taken out of `env` because they lead out of the lab. */
  ignored: readonly string[];
  redactor: Redactor;
  /** Where results go when it is not stdout. */
  stdout?: { write(text: string): unknown };
  /** How this program was started, for the commands in what is shown. */
  invocation: Invocation;
  signal: AbortSignal;
  undoSignal: AbortSignal;
  /** What has run in this invocation, the newest last: of this context and of others of the same command. */
  runs: ShownRun[];
  /** What would be changed, in a dry-run. */
  planned: PlannedChange[];
  /** Called when the command begins to act; throws when it was stopped before. */
  onActing(): void;
  /** Called before each change of the outside world; throws when the command was stopped before the first. */
  onChange(): void;
}

/** A run as its screen has shown it, for the summary. */
export interface ShownRun {
  record: RunRecord;
  /** FQDN of its Sovereign. */
  fqdn?: string;
  /** Path of its log file; undefined where none is written. */
  log(): string | undefined;
}

export interface Opening {
  flags: SharedFlags;
  request: ContextRequest;
  clock: Clock;
  runId: string;
  /** user@host */
  by: string;
  output: PageOutput;
  /** Whether what goes to a terminal has colors. */
  color: boolean;
  log: RunLog;
  /** What the run shows, for `catalyst watch` in another process. */
  live: LiveFile;
  /** Who draws on the terminal at the moment. */
  terminal: { above(write: () => void): void };
  /** The lab that --lab names, reached at the first use. */
  lab(): Promise<LabAccess | undefined>;
  onClose(close: () => Promise<void> | void): void;
  /** Closes what was opened, the newest first. */
  close(): Promise<void>;
}

export function createOpening(flags: SharedFlags, request: ContextRequest): Opening {
  const { env, json, redactor, signal } = request;
  const color = !flags['no-color'] && !env.NO_COLOR;
  const log = createRunLog(redactor);
  const terminal: Opening['terminal'] = { above: (write) => write() };
  const output = createOutput({
    ...{ json, stdout: request.stdout ?? process.stdout, stderr: process.stderr, redactor, color },
    quiet: flags.quiet,
    typed: (text) => asTyped(text, request.invocation),
    above: (write) => terminal.above(write),
    log: (text) => log.line(text, systemClock.now()),
  });
  const live = createLiveFile(redactor, systemClock);
  const closers: (() => Promise<void> | void)[] = [() => live.close()];
  return {
    flags,
    request,
    clock: systemClock,
    runId: randomBytes(6).toString('hex'),
    by: `${userName()}@${hostname()}`,
    output,
    color,
    log,
    live,
    terminal,
    lab: once(async (): Promise<LabAccess | undefined> => {
      if (flags.lab === undefined) return undefined;
      const ignored = ignoredText(flags.lab, request.ignored, request.command);
      if (ignored !== undefined) output.warn(ignored);
      const { useLab } = await import('./chosen-lab/use-lab.js');
      const { engine, lab: name } = flags;
      return useLab(name, {
        engine,
        clusters: clustersOf(flags),
        env,
        signal,
        redactor,
        start: startsLab(request.command),
        note: output.note,
      });
    }),
    onClose: (close) => closers.push(close),
    async close() {
      for (const closer of closers.reverse()) await closer();
    },
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
