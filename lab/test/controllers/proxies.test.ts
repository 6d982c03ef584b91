import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request, Socks5ProxyAgent } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CertificateAndKey, issueCertificate } from '../../src/certificates.js';
import { openServiceProxy } from '../../src/controllers/network/service-proxy.js';
import type { ReconcileContext } from '../../src/controllers/reconciler.js';
import { forwardTo } from '../../src/internet/forward.js';
import { openSocksProxy, type SocksProxy } from '../../src/internet/socks-proxy.js';

const objects: Record<string, object[]> = {
  'v1/Service': [
    {
      metadata: { namespace: 'a', name: 'web' },
      spec: { clusterIP: '10.96.0.7', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
    },
    { metadata: { namespace: 'a', name: 'real' }, spec: { clusterIP: '10.96.0.8', ports: [{ port: 443 }] } },
  ],
  'v1/Pod': [
    {
      metadata: { namespace: 'a', name: 'web-0', labels: { app: 'web' } },
      spec: { containers: [{ ports: [{ name: 'http', containerPort: 8080 }] }] },
      status: { podIP: '10.244.0.3' },
    },
    {
      metadata: { namespace: 'a', name: 'host', labels: { app: 'web' } },
      spec: { hostNetwork: true, containers: [] },
      status: { podIP: '10.0.1.2' },
    },
  ],
};
const lab = { store: { list: (kind: string) => objects[kind] ?? [] } } as unknown as ReconcileContext;

let authority: CertificateAndKey;
let program: Server;
let socks: SocksProxy;
let agent: Socks5ProxyAgent;
beforeEach(async () => {
  authority = await issueCertificate({ commonName: 'ReconcileContext Root', isAuthority: true });
  program = createServer((_request, response) => response.end('the program itself'));
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
  const { port } = program.address() as AddressInfo;
  const proxy = openServiceProxy({
    ...{ authority, lab },
    call: async (namespace, name, at, { method, path, body }) => ({
      status: 200,
      body: `${method} ${path} at ${namespace}/${name}:${at} ${body}`,
    }),
    lead: (_namespace, service, at) => (service === 'real' ? (at === 443 ? port : 1) : undefined),
  });
  socks = await openSocksProxy({
    connect: async (host, at) => (await proxy(host, at)) ?? (at === port ? forwardTo({ port }) : undefined),
  });
  agent = new Socks5ProxyAgent(socks.url, { requestTls: { ca: authority.certificate, servername: 'web.a.svc' } });
});
afterEach(async () => {
  await agent.destroy();
  await socks.close();
  program.closeAllConnections();
  await new Promise((resolve) => program.close(resolve));
});

const ask = async (url: string, options: { method?: string; body?: string } = {}) => {
  const answer = await request(url, { dispatcher: agent, ...(options as { method?: 'POST' }) });
  return answer.body.text();
};

test('a Service is reached by its cluster IP, by its name and by the IP of a Pod behind it', async () => {
  expect(await ask('http://10.96.0.7/x')).toBe('GET /x at a/web:80 ');
  expect(await ask('http://web.a.svc.cluster.local/y', { method: 'POST', body: 'hi' })).toBe('POST /y at a/web:80 hi');
  expect(await ask('http://web.a/y')).toBe('GET /y at a/web:80 ');
  expect(await ask('http://10.244.0.3:8080/z')).toBe('GET /z at a/web:80 ');
});

test('what is emulated shows the name of its Service over TLS', async () => {
  expect(await ask('https://10.96.0.7/x')).toBe('GET /x at a/web:443 ');
});

test('a real program answers for itself; where it does not listen, nobody does', async () => {
  expect(await ask('http://10.96.0.8:443/')).toBe('the program itself');
  await expect(ask('http://10.96.0.8:444/')).rejects.toThrow();
});

test('an address that is nobody’s is refused: a port of a Pod that no Service names, and a Pod in the network of its node', async () => {
  await expect(ask('http://10.244.0.3:9/')).rejects.toThrow();
  await expect(ask('http://10.0.1.2:8080/')).rejects.toThrow();
  await expect(ask('http://web.b/')).rejects.toThrow();
});
