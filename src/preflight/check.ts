/** One read-only question to the world before anything is done. All are asked, at the same time; none may stop another. */
import type { Clock } from '../support/clock.js';
import { command } from '../support/commands/command.js';
import { CatalystError, type ErrorDetails, fail, messageOf } from '../support/errors/errors.js';
import { within } from '../support/wait.js';

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
  /** What to look at when it does not answer at all. */
  silent?: readonly string[];
  /** It asks programs of this machine alone, and nothing over the network. */
  local?: boolean;
  /** Its look is many calls, each tried again by itself: the whole is not begun anew beside it. */
  once?: true;
}

/** A try that has not answered by then gets company by the next one; whichever answers first counts. */
const tryMs = 8_000;
const tries = 3;
const pauseMs = 500;
/** Of all tries together, so that preflight ends within half a minute whatever does not answer. */
const deadlineMs = 26_000;

export interface Asking {
  clock: Clock;
  signal: AbortSignal;
  /** In words: through which proxies calls go. */
  ways?: () => string;
}

export async function runChecks(checks: readonly Check[], asking: Asking): Promise<CheckResult[]> {
  const results = await Promise.all(checks.map((check) => runCheck({ ...check, look: () => inTime(check, asking) })));
  asking.signal.throwIfAborted();
  return results;
}

type Outcome = { seen: Seen } | { error: unknown };

/** Up to three tries. What a try finds wrong ends it; only what may have passed a moment later is tried again. */
async function inTime({ look, silent, once, local }: Check, { clock, signal, ways }: Asking): Promise<Seen> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const running = new Set<Promise<Outcome>>();
  const start = () => {
    const one: Promise<Outcome> = look().then(
      (seen) => ({ seen }),
      (error: unknown) => ({ error }),
    );
    running.add(one);
    one.then(() => running.delete(one));
  };
  let failed: unknown;
  const tried = async () => {
    for (let left = once ? 1 : tries; ; ) {
      if (left > 0) start();
      left -= 1;
      const answer = Promise.race(running);
      const first =
        left > 0 ? await within(answer, { clock, signal: until, ms: tryMs, late: () => undefined }) : await answer;
      if (first === undefined) continue;
      if ('seen' in first) return first.seen;
      failed = first.error;
      if (!mayPass(first.error) || (left <= 0 && running.size === 0)) throw first.error;
      if (left > 0) await clock.sleep(pauseMs, until);
    }
  };
  const late = () => {
    // An error that another try got says more than the deadline.
    throw failed ?? tooLate(once ? 1 : tries, local ? undefined : ways?.(), silent);
  };
  try {
    return await within(tried(), { clock, signal, ms: deadlineMs, late });
  } finally {
    over.abort();
  }
}

function tooLate(count: number, ways = '', silent: readonly string[] = ['check the network and the proxy on the way']) {
  // a proxy that swallows what it is sent looks like a server that does not answer
  const proxied = ways.startsWith('through ');
  const told = proxied ? `; calls go ${ways}` : '';
  return fail(
    'E4003',
    `No answer within ${deadlineMs / 1000}s, in ${count === 1 ? 'one try' : `${count} tries`}${told}.`,
    {
      actions: [
        ...silent,
        ...(proxied ? ['check that the proxy answers: env | grep -i _proxy shows where it is set'] : []),
        `then: ${command('preflight')}`,
      ],
    },
  );
}

/** What another system, the network or a machine at its limit may answer otherwise in a moment. */
const mayPass = (error: unknown) =>
  !(error instanceof CatalystError) || error.class === 'external' || error.class === 'unfinished';

async function runCheck({ id, title, look }: Check): Promise<CheckResult> {
  try {
    const seen = await look();
    if (typeof seen === 'string') return { id, title, status: 'pass', reason: seen, remedy: [] };
    return { id, title, status: 'warn', reason: seen.warn, remedy: seen.remedy };
  } catch (error) {
    const known = error instanceof CatalystError ? error : undefined;
    const actions: ErrorDetails['actions'] = known?.actions ?? [];
    const remedy = actions.length > 0 ? [...actions] : [command('explain', known?.code ?? 'E9001')];
    return { id, title, status: 'fail', reason: messageOf(error), remedy, ...(known ? { code: known.code } : {}) };
  }
}
