/** Asks again after faults that pass by themselves; a write only when it did not arrive, or when doing it twice is doing it once. */
import type { Clock } from '../../support/clock.js';
import { isCatalystError } from '../../support/errors/errors.js';
import { createAllowance, deadlineIn } from '../../tools/http/bounded.js';
import type { KubeRequest, KubeTransport } from './kube-transport.js';

const pausesMs = [200, 600, 1500];
const busy = new Set([429, 502, 503, 504]);

/** What is urgent is tried again after so long without an answer. */
const urgentTryMs = 4000;
const urgentPauseMs = 200;

export function withRetry(transport: KubeTransport, clock: Clock): KubeTransport {
  const sendUrgently: KubeTransport['send'] = async (request) => {
    const time = createAllowance();
    for (;;) {
      const deadline = deadlineIn(urgentTryMs, request.signal);
      const isLast = () => time.left() <= urgentPauseMs;
      try {
        const answer = await transport.send({ ...request, time, signal: deadline.signal, fresh: true });
        if (!busy.has(answer.status) || isLast()) return answer;
      } catch (error) {
        request.signal?.throwIfAborted();
        if (!(deadline.signal.aborted || isCatalystError(error, 'E3101')) || isLast()) throw error;
      } finally {
        deadline.end();
      }
      await clock.sleep(urgentPauseMs, request.signal);
    }
  };
  const send: KubeTransport['send'] = async (request) => {
    if (request.urgent) return sendUrgently(request);
    const { time = createAllowance() } = request;
    for (const pause of pausesMs) {
      try {
        const answer = await transport.send({ ...request, time });
        const passing = answer.status === 429 || (busy.has(answer.status) && repeatable(request));
        if (!passing || time.left() <= pause) return answer;
      } catch (error) {
        const passes = isCatalystError(error, 'E3101') && error.data.endless !== true && time.left() > pause;
        if (!passes || !(repeatable(request) || error.data.neverLeft === true)) throw error;
      }
      await clock.sleep(pause, request.signal);
    }
    return transport.send({ ...request, time });
  };
  return { ...transport, send };
}

function repeatable({ method, path }: KubeRequest): boolean {
  return method !== 'POST' || path.includes('selfsubject') || path.includes('subjectaccessreviews');
}
