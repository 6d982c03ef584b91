/** catalyst-api of the mother: what it serves of a record, and whether it wants a session for it, as later versions do. */
import type { Sovereign } from '../sovereign/spec/schema.js';
import type { Http, HttpAnswer } from '../tools/http/http.js';

export const deploymentsUrl = ({ spec }: Pick<Sovereign, 'spec'>) =>
  `${spec.mother.catalyst.consoleUrl.replace(/\/$/, '')}/sovereign/api/v1/deployments`;

/** True for an answer that tells nothing of a record: who asks has no session, or is sent to sign in. */
export const wantsSession = ({ status }: Pick<HttpAnswer, 'status'>) =>
  status === 401 || status === 403 || (status >= 300 && status < 400);

/** Asks for a record that nobody has: without a session in the way the answer is 404. */
export async function isSessionNeeded(look: {
  sovereign: Sovereign;
  http: Http;
  signal?: AbortSignal;
}): Promise<boolean> {
  const url = `${deploymentsUrl(look.sovereign)}/${'0'.repeat(16)}`;
  return wantsSession(
    await look.http({ url, timeoutMs: 20_000, again: true, ...(look.signal ? { signal: look.signal } : {}) }),
  );
}
