/** What every server of the lab saw, as JSON lines (product.md §4), so that tests can hold it against the journal. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Clock, systemClock } from 'catalyst/support/clock.js';

export interface LoggedRequest {
  /** When it was asked, where that is told afterwards; default: now. ISO 8601. */
  at?: string;
  /** Which server of the lab: hetzner, s3, mother, sovereign, dns, powerdns, git, registry, ingress … */
  server: string;
  method: string;
  /** Path with query as it was sent. */
  path: string;
  userAgent: string;
  /** Who asked, as a real API server knows it: `system:admin`, `system:serviceaccount:velero:velero`. */
  user?: string;
  status: number;
  /** True when the call asked for a change (a dry-run or a review does not). */
  mutating: boolean;
  /** What it was about, when the server knows: `Deployment catalyst/catalyst-api`. */
  object?: string;
}

export interface LoggedLine extends LoggedRequest {
  at: string;
}

export interface RequestLog {
  /** The file, when there is one. */
  readonly file: string | undefined;
  record(request: LoggedRequest): void;
  /** Told of every line from now on; answers how to stop. */
  listen(listener: (line: LoggedLine) => void): () => void;
  close(): void;
}

/** Appends to `file` (made with its directory, 0600); without a file only listeners are told. Written at once, unbuffered. */
export function createRequestLog(options: { file?: string; clock?: Clock } = {}): RequestLog {
  const { file, clock = systemClock } = options;
  if (file) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  let fd = file ? openSync(file, 'a', 0o600) : undefined;
  const listeners = new Set<(line: LoggedLine) => void>();
  return {
    file,
    record(request) {
      const line: LoggedLine = { at: clock.now().toISOString(), ...request };
      if (fd !== undefined) writeSync(fd, `${JSON.stringify(line)}\n`);
      for (const listener of listeners) listener(line);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
      listeners.clear();
    },
  };
}

/** User agents of the lab's own controllers begin so. */
export const ownAgent = 'lab-';

/** How the S3 client of the lab's components names itself; the SDK puts it into its user agent. */
export const ownAppId = `${ownAgent}component`;

/** True of the lab's own controllers and components. */
export const isOwn = ({ userAgent }: Pick<LoggedRequest, 'userAgent'>): boolean =>
  userAgent.startsWith(ownAgent) || userAgent.includes(`app/${ownAppId}`);

/** `log` without the calls of the lab's own controllers: they are the world, not something that somebody does to it. */
export function withoutOwn(log: RequestLog): RequestLog {
  return { ...log, record: (request) => (isOwn(request) ? undefined : log.record(request)) };
}
