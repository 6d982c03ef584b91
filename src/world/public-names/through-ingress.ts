/**
 * HTTP to a component of the Sovereign that has only just come up: its ingress learns of a route and of Ready Pods a moment after
 * they are (Traefik gathers changes for two seconds, `providersThrottleDuration`), and answers by itself until then.
 */
import type { Clock } from '../../support/clock.js';
import { isCatalystError } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import type { HttpAnswer } from '../../tools/http/http.js';

/** What Traefik itself says without a route, and without a Ready Pod behind one. Nobody else has seen such a request: it may be sent again. */
const ownWords: Readonly<Record<number, string>> = { 404: '404 page not found', 503: 'no available server' };

const isItsOwn = ({ status, text }: HttpAnswer) => ownWords[status] !== undefined && text.trim() === ownWords[status];

export interface ThroughIngress {
  clock: Clock;
  signal: AbortSignal;
  onPending: (pending: string, deadline: Date) => void;
}

/** Asks again while the answer is the ingress's own, for at most a minute; then that is the answer. */
export function throughIngress<R extends { url: string }>(
  http: (request: R) => Promise<HttpAnswer>,
  waiting: ThroughIngress,
): (request: R) => Promise<HttpAnswer> {
  return async (request) => {
    const { host } = new URL(request.url);
    let answer: HttpAnswer | undefined;
    try {
      return await waitUntil<HttpAnswer>({
        ...waiting,
        reason: `the ingress to lead to ${host}`,
        timeoutMs: 60_000,
        look: async () => {
          answer = await http(request);
          return isItsOwn(answer)
            ? { pending: `the ingress does not lead to ${host} yet: ${answer.status} ${answer.text.trim()}` }
            : { done: answer };
        },
      });
    } catch (error) {
      if (answer && isCatalystError(error, 'E4003')) return answer;
      throw error;
    }
  };
}
