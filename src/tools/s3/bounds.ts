/** What S3 answers has an end: each operation and each attempt a deadline, each answer a size, each listing a last page. */
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { fail } from '../../support/errors/errors.js';
import { unlessAborted } from '../../support/wait.js';
import { type Allowance, attemptMs, collect, deadlineIn, pageMs } from '../http/bounded.js';
import { wasCut } from '../http/network-cause.js';

/** Of 1000 entries each. */
const mostPages = 10_000;

interface Handler {
  handle(request: unknown, options?: { abortSignal?: AbortSignal }): Promise<{ response: { body?: unknown } }>;
}

/**
 * The client itself, with every attempt read to its end within our limits before the SDK sees its answer. The SDK's own timeouts
 * do not hold: `requestTimeout` only warns, and nothing of it watches the body.
 */
export function boundedClient(client: S3Client): S3Client {
  const handler = client.config.requestHandler as unknown as Handler;
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, { abortSignal } = {}) => {
    const deadline = deadlineIn(attemptMs, abortSignal);
    const { signal } = deadline;
    const whole = async () => {
      const answer = await handle(request, { abortSignal: signal });
      const { body } = answer.response;
      if (body instanceof Readable) answer.response.body = await inMemory(body, signal);
      return answer;
    };
    try {
      return await unlessAborted(whole(), signal);
    } catch (error) {
      // The SDK knows the codes of a peer that ends a connection, not those of an interface that goes down.
      if (wasCut(error)) Object.assign(error as Error, { $retryable: {} });
      throw deadline.explain(error);
    }
  };
  return client;
}

/** The same body, come to its end. */
async function inMemory(body: Readable, signal: AbortSignal): Promise<Readable> {
  const stop = () => body.destroy(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const bytes = await collect(body);
    return Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * The token of the next page. Throws E2301 when the store gives the same one twice, or pages without end.
 * @param what the list, for the message
 * @param time of the operation that reads all the pages, when it is one
 */
export function pageTurner(what: string, time?: Allowance): <T>(token: T | undefined) => T | undefined {
  let pages = 1;
  let last = '';
  return (token) => {
    pages += 1;
    time?.earn(pageMs);
    const seen = JSON.stringify(token ?? '');
    if (token !== undefined && (seen === last || pages > mostPages))
      throw fail('E2301', `Object Storage returned endless pages for ${what}.`);
    last = seen;
    return token;
  };
}
