/** A Kubernetes API of a few routes over TLS; an unexpected request fails the test by its own words. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCertificate } from '../../../../lab/src/certificates.js';
import { toYaml } from '../../../../src/support/yaml/write-yaml.js';
import { listen } from '../../../fakes/loopback.js';

export type Route = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface FakeApi {
  kubeconfig: string;
  /** `GET /api/v1`: what was asked, in order. */
  asked: string[];
  /** `METHOD path` (without query) → answers in turn; the last one goes on answering. */
  routes: Record<string, Route[]>;
  close(): Promise<void>;
}

export const json =
  (body: unknown, status = 200): Route =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };

export const reset: Route = (request) => request.socket.destroy();

/** Lines of a watch, then the end. */
export const watch =
  (...events: unknown[]): Route =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    for (const event of events) response.write(`${JSON.stringify(event)}\n`);
    response.end();
  };

export const core = json({
  resources: [
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
    { name: 'configmaps/status', kind: 'ConfigMap', namespaced: true },
    { name: 'nodes', kind: 'Node', namespaced: false },
  ],
});

/** `serverName`: an address that only the certificate knows, as after a connect-to rule. */
export async function fakeApi(serverName = '203.0.113.10'): Promise<FakeApi> {
  const root = await issueCertificate({ commonName: 'k8s', isAuthority: true });
  const leaf = await issueCertificate({ commonName: 'api', ipAddresses: [serverName] }, root);
  const asked: string[] = [];
  const routes: Record<string, Route[]> = {};
  const server = await listen(
    async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const key = `${request.method} ${request.url?.split('?')[0]}`;
      asked.push(`${request.method} ${request.url}`);
      const turns = routes[request.url?.includes('watch=true') ? `WATCH ${request.url.split('?')[0]}` : key];
      const route = turns && (turns.length > 1 ? turns.shift() : turns[0]);
      if (route) route(request, response, body);
      else json({ kind: 'Status', message: `unexpected ${key}`, reason: 'Teapot' }, 418)(request, response, body);
    },
    { key: leaf.key, cert: leaf.certificate },
  );
  const folder = mkdtempSync(join(tmpdir(), 'fake-api-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = {
    server: `https://127.0.0.1:${server.port}`,
    'tls-server-name': serverName,
    'certificate-authority-data': Buffer.from(root.certificate).toString('base64'),
  };
  writeFileSync(
    kubeconfig,
    toYaml({
      'current-context': 'x',
      clusters: [{ name: 'x', cluster }],
      users: [{ name: 'x', user: { token: 'the-token' } }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    }),
  );
  return {
    kubeconfig,
    asked,
    routes,
    close: async () => {
      rmSync(folder, { recursive: true, force: true });
      await server.close();
    },
  };
}
