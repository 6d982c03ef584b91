/** What S3 answers has an end: each attempt a deadline and a size, each listing a last page. */
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { fail } from '../support/errors.js';
import { deadlineIn } from './bounded.js';

const largestAnswer = 256 * 1024 * 1024;
/** Of 1000 entries each. */
const mostPages = 10_000;

/** The client itself, with the answer of every attempt cut off at the deadline: its own limits end with the headers. */
export function boundedClient(client: S3Client, timeoutMs: number): S3Client {
  client.middlewareStack.add(
    (next) => async (request) => {
      const deadline = deadlineIn(timeoutMs);
      const answer = await next(request);
      const { response } = answer as { response?: { body?: unknown } };
      if (isStream(response?.body)) response.body = bounded(response.body, deadline);
      return answer;
    },
    { step: 'deserialize', priority: 'low', name: 'bounded' },
  );
  return client;
}

function bounded(body: Readable, deadline: ReturnType<typeof deadlineIn>): Readable {
  let size = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length;
      if (size > largestAnswer) done(new Error(`the answer is larger than ${largestAnswer / 1024 / 1024} MiB`));
      else done(null, chunk);
    },
  });
  const stop = () => limit.destroy(deadline.explain(undefined) as Error);
  deadline.signal.addEventListener('abort', stop, { once: true });
  pipeline(body, limit)
    .catch(() => undefined)
    .finally(() => deadline.signal.removeEventListener('abort', stop));
  return limit;
}

const isStream = (body: unknown): body is Readable => typeof (body as Readable | undefined)?.pipe === 'function';

/** The token of the next page. Throws E2301 when the store gives the same one twice, or pages without end. */
export function pageTurner(what: string): <T>(token: T | undefined) => T | undefined {
  let pages = 1;
  let last = '';
  return (token) => {
    pages += 1;
    const seen = JSON.stringify(token ?? '');
    if (token !== undefined && (seen === last || pages > mostPages))
      throw fail('E2301', `Object Storage lists ${what} in pages that do not end.`);
    last = seen;
    return token;
  };
}
