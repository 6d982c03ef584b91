/** HTTP(S) with connect-to rules and further authorities; Host header and the certificate's name stay those of the URL. */
import type { TLSSocket } from 'node:tls';
import { type CatalystError, fail, messageOf } from '../../support/errors/errors.js';
import { askAgain } from '../ask-again.js';
import type { AgentFor, Dialer } from '../dialer/dialer.js';
import { proxyActions, type Through, through } from '../dialer/proxy-refusal.js';
import { collect, deadlineIn } from './bounded.js';
import type { HttpAnswer, HttpChange, HttpRequest, HttpWriter } from './http.js';
import { networkCause, neverLeft, wasCut } from './network-cause.js';
import { headersOf, send } from './send.js';

export interface HttpOptions {
  dialer: Dialer;
  signal: AbortSignal;
}

/** A connection and a handshake of its own for every request that does not ask for less, so that each answer tells of the server as it is now. */
export const freshConnections = { keepAlive: false, maxCachedSessions: 0 };

/** Any status is an answer; throws E3002 when no complete one came. Nothing is sent to a server that cannot show its certificate. */
export function createHttp({ dialer, signal }: HttpOptions): HttpWriter {
  const fresh = dialer.agents(freshConnections);
  const kept = dialer.agents();
  return async (request) => {
    const url = new URL(request.url);
    const deadline = deadlineIn(request.timeoutMs ?? 30_000, signal, request.signal);
    const { insecure = false } = request;
    const ask = async (agents: AgentFor): Promise<HttpAnswer> => {
      const sent = send({ ...request, url, insecure, agent: await agents(url), signal: deadline.signal });
      try {
        const answer = await sent.answer;
        const isSeen = agents === fresh && url.protocol === 'https:';
        const certificate = isSeen ? certificateOf(answer.socket as TLSSocket) : undefined;
        const text = (await collect(answer)).toString('utf8');
        return { status: answer.statusCode ?? 0, headers: headersOf(answer), text, certificate };
      } catch (error) {
        // The server may end a kept connection just as it is used again, which says nothing about the server.
        if (!sent.reused() || deadline.signal.aborted) throw error;
        return ask(fresh);
      }
    };
    const once = () => ask(request.kept && isRead(request) ? kept : fresh);
    try {
      return await (request.again && isRead(request) ? askAgain(once, wasCut, deadline.signal) : once());
    } catch (error) {
      const way = { told: dialer.told(url), through: through(dialer.way(url), url) };
      throw unanswered(request, url, way, deadline.explain(error));
    } finally {
      deadline.end();
    }
  };
}

const isRead = ({ method = 'GET' }: HttpRequest | HttpChange) => method === 'GET' || method === 'HEAD';

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

const trust = /certificate|self.signed|altnames|CERT_|UNABLE_TO_VERIFY/i;

function unanswered(
  { method = 'GET' }: HttpRequest | HttpChange,
  url: URL,
  way: { told: string; through: Through | undefined },
  error: unknown,
): CatalystError {
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
  const code = (error as { code?: string }).code;
  const untrusted = trust.test(`${inner} ${code ?? ''}`);
  const cause = untrusted ? undefined : networkCause(`${code ?? ''} ${inner}`);
  const said = inner || code || 'the connection failed';
  const proxied = proxyActions(inner, way.through);
  const write = !isRead({ url: url.href, method });
  return fail('E3002', `${method} ${url.origin}${url.pathname}${way.told}: ${said}${cause ? ` (${cause})` : ''}.`, {
    cause: error,
    actions: [
      ...(untrusted ? [] : proxied),
      `curl -v ${url.origin}${url.pathname}`,
      untrusted ? 'Add the issuing authority to spec.access.caBundle' : 'Check the address, or spec.access.connectTo',
      ...(untrusted ? proxied : []),
    ],
    data: { host: url.host, code, ambiguous: write && !untrusted && !neverLeft(error) },
  });
}
