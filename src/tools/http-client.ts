/** HTTP with connectTo rules and extra authorities; the Host header and the certificate's name stay those of the URL. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { rootCertificates } from 'node:tls';
import { fail, messageOf } from '../support/errors.js';
import { type ConnectRule, dialFor } from './connect-to.js';
import type { Http, HttpAnswer, HttpRequest } from './http.js';

export interface HttpOptions {
  connectTo: readonly ConnectRule[];
  /** PEM trusted beside the public authorities. */
  caBundle?: string;
  signal: AbortSignal;
}

export function createHttp({ connectTo, caBundle, signal }: HttpOptions): Http {
  const ca = caBundle ? [...rootCertificates, caBundle] : undefined;
  return async (request) => {
    const url = new URL(request.url);
    const secure = url.protocol === 'https:';
    const port = Number(url.port || (secure ? 443 : 80));
    const target = dialFor(connectTo, url.hostname, port);
    const timeoutMs = request.timeoutMs ?? 15_000;
    const until = AbortSignal.any([signal, request.signal ?? signal, AbortSignal.timeout(timeoutMs)]);
    try {
      return await new Promise<HttpAnswer>((resolve, reject) => {
        const sent = (secure ? httpsRequest : httpRequest)(
          {
            host: target.host,
            port: target.port,
            servername: secure ? url.hostname : undefined,
            path: `${url.pathname}${url.search}`,
            method: request.method ?? 'GET',
            headers: { 'user-agent': 'catalyst/0.1.0', ...request.headers, host: url.host },
            ca,
            // The chain is always reported; whether it must verify is decided below, so that the reason is told.
            rejectUnauthorized: false,
            signal: until,
          },
          (answer) => {
            read(answer, secure, request).then(resolve, reject);
          },
        );
        sent.on('error', reject);
        sent.end(request.body);
      });
    } catch (error) {
      signal.throwIfAborted();
      const why = until.aborted ? `no answer within ${timeoutMs / 1000}s` : messageOf(error);
      throw fail('E3002', `${request.method ?? 'GET'} ${url.origin}${url.pathname}: ${why}.`, {
        cause: error,
        data: { host: url.host, ambiguous: (request.method ?? 'GET') !== 'GET' },
      });
    }
  };
}

async function read(answer: IncomingMessage, secure: boolean, request: HttpRequest): Promise<HttpAnswer> {
  const certificate = secure ? certificateOf(answer.socket as TLSSocket) : undefined;
  if (certificate && !certificate.authorized && !request.insecure) {
    answer.destroy();
    throw new Error(
      `its certificate is not trusted (${certificate.problem ?? 'unknown reason'}; subject ${certificate.subject}, issuer ${certificate.issuer})`,
    );
  }
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  return { status: answer.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString('utf8'), certificate };
}

function certificateOf(socket: TLSSocket): (NonNullable<HttpAnswer['certificate']> & { problem?: string }) | undefined {
  const leaf = socket.getPeerCertificate();
  if (!leaf?.subject) return undefined;
  return {
    subject: String(leaf.subject.CN ?? ''),
    issuer: String(leaf.issuer?.CN ?? leaf.issuer?.O ?? ''),
    sans: (leaf.subjectaltname ?? '')
      .split(', ')
      .map((san) => san.replace(/^DNS:|^IP Address:/, ''))
      .filter(Boolean),
    sha256: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    validTo: leaf.valid_to,
    authorized: socket.authorized,
    problem: socket.authorizationError ? String(socket.authorizationError) : undefined,
  };
}

/** The body as JSON; an HTML page or garbage is an error that says what came instead. */
export function jsonOf<T>(answer: HttpAnswer, from: string): T {
  try {
    return JSON.parse(answer.text) as T;
  } catch (error) {
    throw fail(
      'E3002',
      `${from} answered ${answer.status} with something that is not JSON: ${answer.text.trim().slice(0, 80)}`,
      { cause: error },
    );
  }
}
