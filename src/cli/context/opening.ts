/** What the parts of a context share: flags, the request, output, the lab, and what must be closed at the end. */
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { type Clock, systemClock } from '../../support/clock.js';
import type { Redactor } from '../../support/redact/redact.js';
import { clustersOf, type SharedFlags } from '../command/flags.js';
import { once } from '../command/once.js';
import { createOutput } from '../command/output.js';
import { ignoredText } from './lab-only.js';
import type { LabAccess } from './use-lab.js';

export interface ContextRequest {
  json: boolean;
  root: string;
  /** Words of the command, for the lock. */
  command: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Variables that were taken out of `env` because they lead out of the lab. */
  ignored: readonly string[];
  redactor: Redactor;
  signal: AbortSignal;
  undoSignal: AbortSignal;
  /** Called when the command begins to act; throws when it was stopped before. */
  onActing(): void;
  /** Called before each change of the outside world; throws when the command was stopped before the first. */
  onChange(): void;
}

export interface Opening {
  flags: SharedFlags;
  request: ContextRequest;
  clock: Clock;
  runId: string;
  /** user@host */
  by: string;
  output: ReturnType<typeof createOutput>;
  /** The lab that --lab names, reached at the first use. */
  lab(): Promise<LabAccess | undefined>;
  onClose(close: () => Promise<void> | void): void;
  /** Closes what was opened, the newest first. */
  close(): Promise<void>;
}

export function createOpening(flags: SharedFlags, request: ContextRequest): Opening {
  const { env, json, redactor, signal } = request;
  const output = createOutput({ json, stdout: process.stdout, stderr: process.stderr, redactor });
  const closers: (() => Promise<void> | void)[] = [];
  return {
    flags,
    request,
    clock: systemClock,
    runId: randomBytes(6).toString('hex'),
    by: `${userName()}@${hostname()}`,
    output,
    lab: once(async (): Promise<LabAccess | undefined> => {
      if (flags.lab === undefined) return undefined;
      if (request.ignored.length > 0) output.warn(ignoredText(flags.lab, request.ignored));
      const { useLab } = await import('./use-lab.js');
      const { engine, lab: name } = flags;
      return useLab(name, { engine, clusters: clustersOf(flags), env, signal, redactor, note: output.note });
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
