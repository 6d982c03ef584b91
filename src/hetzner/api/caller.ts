/** One call with budget, retries and an end. What may have acted is repeated only when repeating is harmless. */
import pLimit from 'p-limit';
import type { Clock } from '../../support/clock.js';
import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { proxyActions, type Through } from '../../tools/dialer/proxy-refusal.js';
import { createAllowance, TooLarge } from '../../tools/http/bounded.js';
import { neverLeft } from '../../tools/http/network-cause.js';
import type { Budget } from './budget.js';
import { answerError, codeIn, isAmbiguous, isLater } from './errors.js';
import type { HetznerAnswer, HetznerCall, HetznerTransport } from './transport.js';

export interface CallerOptions {
  transport: HetznerTransport;
  budget: Budget;
  clock: Clock;
  signal: AbortSignal;
  endpoint: string;
  /** How it is reached when not directly, as ` (through the proxy …)`. */
  via?: string;
  /** The proxy on the way, which may be what does not answer. */
  through?: Through | undefined;
  tries?: number;
}

/** Answers 2xx; `allow` names further statuses that are answers. */
export type HetznerCaller = (call: HetznerCall, allow?: readonly number[]) => Promise<HetznerAnswer>;

export function createCaller(options: CallerOptions): HetznerCaller {
  const { transport, budget, clock, signal, tries = 6 } = options;
  // A purge has hundreds of calls at once, each a connection. With fewer than this, what a server held up waits for others too.
  const inFlight = pLimit(96);
  const place = () => new Promise<() => void>((go) => void inFlight(() => new Promise<void>((left) => go(left))));
  /** In its turn, which is our own doing and not the server's. */
  const send = async ({ time, ...call }: HetznerCall & Required<Pick<HetznerCall, 'time'>>) => {
    await time.free(() => budget.take(signal));
    const leave = call.urgent ? undefined : await time.free(place);
    try {
      return await transport({ ...call, time, signal });
    } finally {
      leave?.();
    }
  };
  return async (call, allow = []) => {
    const repeatable = call.repeatable ?? call.method !== 'POST';
    const { time = createAllowance() } = call;
    /** Waits before the next try, or answers that there is none. */
    const again = async (attempt: number): Promise<boolean> => {
      const ms = pause(attempt);
      if (attempt >= tries || ms >= time.left()) return false;
      await clock.sleep(ms, signal);
      return true;
    };
    for (let attempt = 1; ; attempt++) {
      let answer: HetznerAnswer;
      try {
        answer = await send({ ...call, time });
      } catch (error) {
        signal.throwIfAborted();
        if (!repeatable && !neverLeft(error)) throw ambiguous(call, options, messageOf(error), error);
        if (error instanceof TooLarge || !(await again(attempt))) throw unreachable(call, options, error);
        continue;
      }
      budget.learn(answer.headers, answer.status);
      if ((answer.status >= 200 && answer.status < 300) || allow.includes(answer.status))
        return checked(call, options, answer);
      const lost = isAmbiguous(answer.status);
      if (lost && !repeatable) throw ambiguous(call, options, `HTTP ${answer.status}`);
      const passes = lost || isLater(codeIn(answer), answer.status);
      if (!passes || !(await again(attempt))) throw answerError(call, answer);
    }
  };
}

/** A 2xx that is not JSON comes from something else than Hetzner (a captive portal, a proxy). */
function checked(call: HetznerCall, options: CallerOptions, answer: HetznerAnswer): HetznerAnswer {
  if (typeof answer.body === 'string' && call.method === 'GET') throw answerError(call, answer);
  if (typeof answer.body === 'string') throw ambiguous(call, options, 'an answer that is not JSON');
  return answer;
}

/** 0.5 s doubling to 8 s, with up to a quarter of jitter so that parallel calls part. */
function pause(attempt: number): number {
  return Math.min(500 * 2 ** (attempt - 1), 8000) * (1 + Math.random() / 4);
}

function ambiguous({ method, path }: HetznerCall, { via = '', through }: CallerOptions, why: string, cause?: unknown) {
  return fail('E2004', `The outcome of ${method} ${path}${via} is unknown (${why}): it may have been applied.`, {
    actions: [command('resume'), ...proxyActions(why, cause === undefined ? undefined : through)],
    cause,
    // The gate keeps such a change in doubt, so that the next run asks before it acts again.
    data: { ambiguous: true },
  });
}

function unreachable({ method, path }: HetznerCall, { endpoint, via = '', through }: CallerOptions, cause: unknown) {
  const said = messageOf(cause);
  const look = ['Check the network, and the address: spec.hetzner.endpoint (HCLOUD_ENDPOINT)'];
  return fail('E2001', `Hetzner at ${endpoint}${via} cannot be reached (${method} ${path}): ${said}.`, {
    actions: [...proxyActions(said, through), `curl -v ${endpoint}`, ...look],
    cause,
  });
}
