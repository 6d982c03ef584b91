/** What answers behind a Service of the cluster: handlers that the lab's component servers register; used by proxy and webhooks. */
import { request as httpsRequest } from 'node:https';
import type { LabHandler, LabRequest, LabResponse } from '../../requests/http-server.js';
import type { AskWebhook } from '../admission/admission.js';
import type { Store } from '../objects/store.js';
import { notFound, unavailable } from '../requests/status.js';

export interface Backends {
  register(namespace: string, service: string, handler: LabHandler): () => void;
  /** @throws ApiRefusal 404 when there is no such Service, 503 when nothing answers behind it */
  send(namespace: string, service: string, request: LabRequest): Promise<LabResponse>;
  askWebhook: AskWebhook;
}

const services = { group: '', plural: 'services', kind: 'Service' };

export function createBackends(store: Store): Backends {
  const handlers = new Map<string, LabHandler>();

  async function send(namespace: string, service: string, request: LabRequest): Promise<LabResponse> {
    if (!store.get('/services', namespace, service)) throw notFound(services, service);
    const handler = handlers.get(`${namespace}/${service}`);
    if (!handler) throw unavailable(`no endpoints available for service "${service}"`);
    return handler(request);
  }

  async function askInside(what: Parameters<AskWebhook>[0], body: string, timeoutMs: number): Promise<string> {
    const { namespace, name, path = '/', port = 443 } = what.service;
    const url = `https://${name}.${namespace}.svc:${port}${path}?timeout=${timeoutMs / 1000}s`;
    const failed = (why: string) => new Error(`failed to call webhook: Post "${url}": ${why}`);
    // A real server checks the certificate against caBundle; the usual trouble is that nobody has filled it in yet.
    if (!what.caBundle)
      throw failed('tls: failed to verify certificate: x509: certificate signed by unknown authority');
    const request = {
      method: 'POST',
      path,
      query: new URLSearchParams({ timeout: `${timeoutMs / 1000}s` }),
      headers: { 'content-type': 'application/json', 'user-agent': 'kube-apiserver-admission' },
      body: Buffer.from(body),
    } as unknown as LabRequest;
    const answer = await send(namespace, name, request).catch((error: Error) => {
      throw failed(error.message.replace(/^services /, 'service '));
    });
    if (answer.status >= 400) throw failed(`an error on the server (status ${answer.status})`);
    return textOf(answer);
  }

  return {
    register(namespace, service, handler) {
      handlers.set(`${namespace}/${service}`, handler);
      return () => handlers.delete(`${namespace}/${service}`);
    },
    send,
    askWebhook: (what, body, timeoutMs) =>
      what.url ? askOutside(what, body, timeoutMs) : askInside(what, body, timeoutMs),
  };
}

const textOf = ({ body }: LabResponse) =>
  typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : JSON.stringify(body ?? {});

function askOutside(what: Parameters<AskWebhook>[0], body: string, timeoutMs: number): Promise<string> {
  const ca = what.caBundle ? Buffer.from(what.caBundle, 'base64') : undefined;
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(new Error(`failed to call webhook: Post "${what.url}": ${error.message}`));
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const call = httpsRequest(
      what.url,
      { method: 'POST', headers, ca, signal: AbortSignal.timeout(timeoutMs) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', failed);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if ((response.statusCode ?? 500) >= 400) failed(new Error(`the server answered ${response.statusCode}`));
          else resolve(text);
        });
      },
    );
    call.on('error', failed);
    call.end(body);
  });
}
