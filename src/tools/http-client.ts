/** HTTP(S) with connect-to rules and further authorities; Host header and the certificate's name stay those of the URL. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type CatalystError, fail, messageOf } from '../support/errors.js';
import { type ConnectRule, dialFor } from './connect-to.js';
import type { Http, HttpAnswer, HttpRequest } from './http.js';
import { createHttpsAgent } from './https-agent.js';

export interface HttpOptions {
  connectTo: readonly ConnectRule[];
  /** PEM trusted beside the public authorities. */
  caBundle?: string;
  signal: AbortSignal;
}

const largestAnswer = 64 * 1024 * 1024;

/** Any status is an answer; throws E3002 when no complete one came. Nothing is sent to a server that cannot show its certificate. */
export function createHttp({ connectTo, caBundle, signal }: HttpOptions): Http {
  const agent = createHttpsAgent(caBundle);
  return async (request) => {
    const { timeoutMs = 30_000 } = request;
    const url = new URL(request.url);
    const secure = url.protocol === 'https:';
    const target = dialFor(connectTo, url.hostname, Number(url.port || (secure ? 443 : 80)));
    const body = request.body === undefined ? undefined : Buffer.from(request.body);
    const outer = AbortSignal.any([signal, request.signal ?? signal]);
    const deadline = AbortSignal.timeout(timeoutMs);
    const settings: RequestOptions = {
      host: target.host,
      port: target.port,
      path: `${url.pathname}${url.search}`,
      method: request.method ?? 'GET',
      headers: {
        'user-agent': 'catalyst/0.1.0',
        ...(body ? { 'content-length': body.length } : {}),
        ...request.headers,
        host: url.host,
      },
      signal: AbortSignal.any([outer, deadline]),
    };
    // An address may not stand in SNI.
    const tls = { servername: isIP(bare(url)) ? '' : bare(url), rejectUnauthorized: !request.insecure };
    try {
      const connection = secure ? { agent: agent(), ...tls } : { agent: false };
      return await exchange({ ...settings, ...connection }, body, secure);
    } catch (error) {
      outer.throwIfAborted();
      throw unanswered(
        request,
        url,
        target,
        deadline.aborted ? new Error(`no answer within ${timeoutMs / 1000}s`) : error,
      );
    }
  };
}

const bare = (url: URL) => url.hostname.replace(/^\[|\]$/g, '');

function exchange(settings: RequestOptions, body: Buffer | undefined, secure: boolean): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const call = (secure ? httpsRequest : httpRequest)(settings, (answer) => {
      const certificate = secure ? certificateOf(answer.socket as TLSSocket) : undefined;
      collect(answer).then(
        (text) => resolve({ status: answer.statusCode ?? 0, headers: flat(answer), text, certificate }),
        reject,
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}

async function collect(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    if (size > largestAnswer) throw new Error(`the answer is larger than ${largestAnswer / 1024 / 1024} MiB`);
    chunks.push(chunk as Buffer);
  }
  if (!answer.complete) throw new Error('the answer was cut off');
  return Buffer.concat(chunks).toString('utf8');
}

function flat(answer: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function certificateOf(socket: TLSSocket): HttpAnswer['certificate'] {
  const leaf = socket.getPeerX509Certificate();
  if (!leaf) return undefined;
  return {
    subject: leaf.subject,
    issuer: leaf.issuer,
    sans: (leaf.subjectAltName ?? '')
      .split(', ')
      .map((name) => name.replace(/^(DNS|IP Address):/, ''))
      .filter(Boolean),
    sha256: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    validTo: new Date(leaf.validTo).toISOString(),
    authorized: socket.authorized,
  };
}

const neverLeft = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const trust = /certificate|self.signed|altnames|CERT_|UNABLE_TO_VERIFY/i;

function unanswered(
  { method = 'GET' }: HttpRequest,
  url: URL,
  target: { host: string; port: number; moved: boolean },
  error: unknown,
): CatalystError {
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
  const code = (error as { code?: string }).code;
  const via = target.moved ? ` (dialled as ${target.host}:${target.port})` : '';
  const untrusted = trust.test(`${inner} ${code ?? ''}`);
  const write = method !== 'GET' && method !== 'HEAD';
  return fail('E3002', `${method} ${url.origin}${url.pathname}${via}: ${inner || code || 'the connection failed'}.`, {
    cause: error,
    actions: [
      `curl -v ${url.origin}${url.pathname}`,
      untrusted ? 'Add the issuing authority to spec.access.caBundle' : 'Check the address, or spec.access.connectTo',
    ],
    data: { host: url.host, code, ambiguous: write && !untrusted && !neverLeft.has(code ?? '') },
  });
}
