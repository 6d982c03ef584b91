/** One read-only question to the world before anything is done. All are asked, at the same time; none may stop another. */
import type { Clock } from '../support/clock.js';
import { CatalystError, type ErrorDetails, fail, messageOf } from '../support/errors/errors.js';

export interface CheckResult {
  id: string;
  title: string;
  status: 'pass' | 'warn' | 'fail';
  /** What was seen, or why it failed. */
  reason: string;
  /** What to type or change. */
  remedy: string[];
  /** Error code, when it failed with one. */
  code?: string;
}

type Seen = string | { warn: string; remedy: string[] };

export interface Check {
  id: string;
  title: string;
  /** Answers what was seen; a warning keeps the run going; a throw is the failure, its actions the remedy. */
  look(): Promise<Seen>;
}

/** Longer than the retries of any of them. */
const deadlineMs = 60_000;

export async function runChecks(
  checks: readonly Check[],
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<CheckResult[]> {
  const results = await Promise.all(
    checks.map((check) => runCheck({ ...check, look: () => inTime(check, clock, signal) })),
  );
  signal.throwIfAborted();
  return results;
}

async function inTime({ look }: Check, clock: Clock, signal: AbortSignal): Promise<Seen> {
  const done = new AbortController();
  const late = clock.sleep(deadlineMs, AbortSignal.any([signal, done.signal])).then((): never => {
    throw fail('E4003', `No answer within ${deadlineMs / 1000}s.`, {
      actions: ['check the network and the proxy on the way, then: catalyst preflight'],
    });
  });
  late.catch(() => undefined);
  return Promise.race([look(), late]).finally(() => done.abort());
}

async function runCheck({ id, title, look }: Check): Promise<CheckResult> {
  try {
    const seen = await look();
    if (typeof seen === 'string') return { id, title, status: 'pass', reason: seen, remedy: [] };
    return { id, title, status: 'warn', reason: seen.warn, remedy: seen.remedy };
  } catch (error) {
    const known = error instanceof CatalystError ? error : undefined;
    const actions: ErrorDetails['actions'] = known?.actions ?? [];
    const remedy = actions.length > 0 ? [...actions] : [`catalyst explain ${known?.code ?? 'E9001'}`];
    return { id, title, status: 'fail', reason: messageOf(error), remedy, ...(known ? { code: known.code } : {}) };
  }
}
