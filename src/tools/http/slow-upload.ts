/** A request whose body takes its time, as a large layer over a slow line does: what cuts such requests is seen on the way. */
import { Readable } from 'node:stream';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors/errors.js';
import type { Dialer } from '../dialer/dialer.js';
import { freshConnections } from './http-client.js';
import { send } from './send.js';

/** Sends a body in as many parts as it takes seconds to something that keeps nothing of it; `cut` says how it ended otherwise. */
export type SlowUpload = (request: {
  url: string;
  seconds: number;
  signal: AbortSignal;
}) => Promise<{ status: number; text: string } | { cut: string }>;

const part = 1024;

export function createSlowUpload({ dialer, clock }: { dialer: Dialer; clock: Clock }): SlowUpload {
  const agents = dialer.agents(freshConnections);
  return async ({ url: address, seconds, signal }) => {
    const url = new URL(address);
    const parts = async function* () {
      for (let index = 0; index < seconds; index += 1) {
        yield Buffer.alloc(part, index % 2 === 0 ? 'a' : 'b');
        await clock.sleep(1000, signal);
      }
      yield Buffer.from('.');
    };
    const body = { stream: Readable.from(parts()), length: seconds * part + 1 };
    // Before #373 there is no certificate that a visitor would trust.
    const sent = send({ url, method: 'POST', body, agent: await agents(url), signal, insecure: true });
    try {
      const answer = await sent.answer;
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
    } catch (error) {
      signal.throwIfAborted();
      return { cut: `${messageOf(error)}${dialer.told(url)}` };
    }
  };
}
