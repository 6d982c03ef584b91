/**
 * The forwarder before a real server: every call is passed on as it is and its answer handed back, so that calls are logged
 * and faults can be put in their way, as with an emulated server.
 */
import type { Clock } from 'catalyst/support/clock.js';
import { request as send } from 'undici';
import type { LabRequest, LabResponse } from '../requests/http-server.js';

/** Headers of one connection; `expect` has been answered by the proxy. */
const ofTheConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'expect']);

/**
 * What `upstream` (an origin) answers. Host header and path stay the caller's, who may have signed them, unless others are
 * given; `path` is with its query.
 */
export async function passOn(
  { raw, method, headers, body }: LabRequest,
  upstream: string,
  { host, path = raw.url }: { host?: string; path?: string } = {},
): Promise<LabResponse> {
  const answer = await send(`${upstream}${path}`, {
    method: method as 'GET',
    headers: { ...kept(headers), ...(host ? { host } : {}) },
    body: body.length > 0 ? body : null,
  });
  return {
    status: answer.statusCode,
    headers: kept(answer.headers),
    body: Buffer.from(await answer.body.arrayBuffer()),
  };
}

function kept(headers: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([key, value]) =>
      value === undefined || ofTheConnection.has(key) ? [] : [[key, value] as const],
    ),
  );
}

/** Resolves once the server answers at all that address with one of these statuses; rejects after 20 s. */
export async function answering(url: string, statuses: readonly number[], clock: Clock): Promise<void> {
  const deadline = AbortSignal.timeout(20_000);
  for (;;) {
    const answer = await send(url).catch(() => undefined);
    await answer?.body.dump();
    if (answer && statuses.includes(answer.statusCode)) return;
    await clock.sleep(50, deadline).catch(() => {
      throw new Error(`nothing answered at ${url} within 20s`);
    });
  }
}
