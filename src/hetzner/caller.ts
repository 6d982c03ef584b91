/** One call with budget and retries. What may have acted is repeated only when repeating is harmless. */
import pLimit from 'p-limit';
import type { Clock } from '../support/clock.js';
import { fail, messageOf } from '../support/errors.js';
import type { Budget } from './budget.js';
import { answerError, codeIn, isAmbiguous, isLater } from './errors.js';
import type { HetznerAnswer, HetznerCall, HetznerTransport } from './transport.js';

export interface CallerOptions {
  transport: HetznerTransport;
  budget: Budget;
  clock: Clock;
  signal: AbortSignal;
  endpoint: string;
  tries?: number;
}

/** Answers 2xx; `allow` names further statuses that are answers. */
export type HetznerCaller = (call: HetznerCall, allow?: readonly number[]) => Promise<HetznerAnswer>;

export function createCaller({ transport, budget, clock, signal, endpoint, tries = 6 }: CallerOptions): HetznerCaller {
  // A purge has hundreds of calls at once, each a connection. With fewer than this, what a server held up waits for others too.
  const inFlight = pLimit(96);
  const send = (call: HetznerCall) => transport({ ...call, signal });
  return async (call, allow = []) => {
    const repeatable = call.repeatable ?? call.method !== 'POST';
    for (let attempt = 1; ; attempt++) {
      await budget.take(signal);
      let answer: HetznerAnswer;
      try {
        answer = await (call.urgent ? send(call) : inFlight(() => send(call)));
      } catch (error) {
        signal.throwIfAborted();
        const refused = (error as { code?: string }).code === 'ECONNREFUSED';
        if (!repeatable && !refused) throw ambiguous(call, messageOf(error), error);
        if (attempt >= tries) throw unreachable(call, endpoint, error);
        await clock.sleep(pause(attempt), signal);
        continue;
      }
      budget.learn(answer.headers, answer.status);
      if ((answer.status >= 200 && answer.status < 300) || allow.includes(answer.status)) return checked(call, answer);
      const lost = isAmbiguous(answer.status);
      if (lost && !repeatable) throw ambiguous(call, `HTTP ${answer.status}`);
      if (attempt >= tries || !(lost || isLater(codeIn(answer), answer.status))) throw answerError(call, answer);
      await clock.sleep(pause(attempt), signal);
    }
  };
}

/** A 2xx that is not JSON comes from something else than Hetzner (a captive portal, a proxy). */
function checked(call: HetznerCall, answer: HetznerAnswer): HetznerAnswer {
  if (typeof answer.body === 'string' && call.method === 'GET') throw answerError(call, answer);
  if (typeof answer.body === 'string') throw ambiguous(call, 'an answer that is not JSON');
  return answer;
}

/** 0.5 s doubling to 8 s, with up to a quarter of jitter so that parallel calls part. */
function pause(attempt: number): number {
  return Math.min(500 * 2 ** (attempt - 1), 8000) * (1 + Math.random() / 4);
}

function ambiguous(call: HetznerCall, why: string, cause?: unknown) {
  return fail('E2004', `No clear answer to ${call.method} ${call.path} (${why}): it may have been done.`, {
    actions: ['catalyst resume'],
    cause,
    // The gate keeps such a change in doubt, so that the next run asks before it acts again.
    data: { ambiguous: true },
  });
}

function unreachable(call: HetznerCall, endpoint: string, cause: unknown) {
  return fail('E2001', `Hetzner at ${endpoint} cannot be reached (${call.method} ${call.path}): ${messageOf(cause)}.`, {
    actions: [`curl -v ${endpoint}`, 'Check the network, and the address: spec.hetzner.endpoint (HCLOUD_ENDPOINT)'],
    cause,
  });
}
