import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { type Answer, decode, encode } from 'dns-packet';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CertificateAndKey, issueCertificate } from '../../../../lab/src/certificates.js';
import { forwardTo } from '../../../../lab/src/internet/forward.js';
import { openSocksProxy, type SocksProxy, type Way } from '../../../../lab/src/internet/socks-proxy.js';
import { redirectKubeconfig } from '../../../../src/kubernetes/client/kubeconfig-written.js';
import type { ConnectRule } from '../../../../src/tools/dialer/connect-to.js';
import { agentsThrough, createDialer } from '../../../../src/tools/dialer/dialer.js';
import { createDnsQuery } from '../../../../src/tools/dns/dns-client.js';
import { collect } from '../../../../src/tools/http/bounded.js';
import { createHttp } from '../../../../src/tools/http/http-client.js';
import { send } from '../../../../src/tools/http/send.js';
import { type Loopback, listen } from '../../../fakes/loopback.js';

const { signal } = new AbortController();
const records: Record<string, string[]> = {
  'gitea.example.org A': ['203.0.113.9', '203.0.113.10'],
  'gitea.example.org AAAA': ['2001:db8::10'],
};
let leaf: CertificateAndKey;
let root: CertificateAndKey;
let server: Loopback;
let socks: SocksProxy;
let dns: { at: string; asked: string[]; close(): void };
let dialed: string[];
let rules: ConnectRule[];

/** A recursive server that knows `records` and nothing else. */
async function nameServer(): Promise<typeof dns> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.on('message', (message, peer) => {
    const { id, questions } = decode(message);
    const { name, type } = questions![0]!;
    asked.push(`${name} ${type}`);
    const found = records[`${name} ${type}`];
    const answers = (found ?? []).map((data) => ({ name, type, ttl: 60, data }) as Answer);
    const known = Object.keys(records).some((key) => key.startsWith(`${name} `));
    const flags = 0x0180 | (known ? 0 : 3);
    socket.send(encode({ type: 'response', id, flags, questions, answers }), peer.port, peer.address);
  });
  return { at: `127.0.0.1:${socket.address().port}`, asked, close: () => socket.close() };
}

beforeAll(async () => {
  root = await issueCertificate({ commonName: 'test root', isAuthority: true });
  leaf = await issueCertificate({ commonName: 'leaf', dnsNames: ['gitea.example.org'] }, root);
});
beforeEach(async () => {
  server = await listen((request, response) => response.end(`for ${request.headers.host}`), {
    key: leaf.key,
    cert: leaf.certificate,
  });
  dialed = [];
  const ways: Record<string, Way> = {
    '203.0.113.10:443': (socket) => {
      const far = connect(server.port, '127.0.0.1');
      far.pipe(socket).pipe(far);
      far.on('error', () => socket.destroy());
      socket.on('error', () => far.destroy());
    },
    '203.0.113.11:443': 'dropped',
  };
  socks = await openSocksProxy({
    connect: async (host, port) => {
      dialed.push(`${host}:${port}`);
      return ways[`${host}:${port}`];
    },
    datagram: async (host, port, data) => {
      dialed.push(`udp ${host}:${port}`);
      const { id, questions } = decode(data);
      if (host !== '203.0.113.10') return undefined;
      const answers: Answer[] = [{ type: 'A', name: questions![0]!.name, ttl: 60, data: '203.0.113.10' }];
      return encode({ type: 'response', id, flags: 0x0400, questions, answers });
    },
  });
  dns = await nameServer();
  rules = [{ host: '203.0.113.0/24', to: socks.url }];
});
afterEach(async () => {
  dns.close();
  await Promise.all([socks.close(), server.close()]);
});

const http = (options: { rules?: ConnectRule[] } = {}) =>
  createHttp({
    signal,
    dialer: createDialer({ connectTo: options.rules ?? rules, resolver: dns.at, caBundle: root.certificate }),
  });

test('a name is dialed at the addresses that the resolver of the spec gives, each by its own rule, until one answers', async () => {
  const answer = await http()({ url: 'https://gitea.example.org/', family: 4 });
  expect(answer.text).toBe('for gitea.example.org');
  expect(answer.certificate?.authorized).toBe(true);
  expect(dialed).toEqual(['203.0.113.9:443', '203.0.113.10:443']);
  expect(dns.asked).toEqual(['gitea.example.org A']);
});

test('the certificate is checked against the name, and a name that does not exist is said to be one', async () => {
  const moved = [{ host: 'other.example.org', port: 443, to: '203.0.113.10:443' }, ...rules];
  await expect(http({ rules: moved })({ url: 'https://other.example.org/' })).rejects.toThrow(/altnames/);
  await expect(http()({ url: 'https://unknown.example.org/' })).rejects.toMatchObject({ data: { code: 'ENOTFOUND' } });
});

test('an address behind the proxy that refuses is refused, and the message tells the way', async () => {
  await expect(http()({ url: 'https://203.0.113.12/' })).rejects.toMatchObject({
    message: expect.stringContaining(`(through ${socks.url}): connect ECONNREFUSED 203.0.113.12:443`),
    data: { code: 'ECONNREFUSED' },
  });
  await expect(http()({ url: 'https://203.0.113.11/', timeoutMs: 50 })).rejects.toMatchObject({ code: 'E3002' });
});

test('what git and helm are led through takes the same way', async () => {
  const socket = await createDialer({ connectTo: rules, resolver: dns.at }).tcp('gitea.example.org', 443);
  socket.destroy();
  expect(dialed.at(-1)).toBe('203.0.113.10:443');
});

test('questions over UDP go through the proxy as well', async () => {
  const ask = createDnsQuery({ connectTo: rules, resolver: dns.at, signal });
  const question = { name: 'example.org', type: 'A', transport: 'udp' } as const;
  const answer = await ask({ ...question, server: '203.0.113.10' });
  expect(answer).toMatchObject({ authoritative: true, answers: [{ data: '203.0.113.10' }] });
  expect(dialed).toEqual(['udp 203.0.113.10:53']);
  await expect(ask({ ...question, server: '203.0.113.11', timeoutMs: 50 })).rejects.toMatchObject({ code: 'E3002' });
});

test('kubectl and helm get the proxy in their kubeconfig', () => {
  const kubeconfig = (server: string) =>
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c', users: [{ name: 'u', user: { token: 't' } }] },
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      clusters: [{ name: 'k', cluster: { server } }],
    });
  const redirected = redirectKubeconfig(kubeconfig('https://203.0.113.10:6443'), rules);
  expect(redirected).toContain('server: https://203.0.113.10:6443');
  expect(redirected).toContain(`proxy-url: ${socks.url}`);
  expect(redirected).not.toContain('tls-server-name');
  expect(redirectKubeconfig(kubeconfig('https://198.51.100.1:6443'), rules)).not.toContain('proxy-url');
});

test('connections through a proxy that are given up make room for others, as far as a server takes them', async () => {
  const endless = await listen(
    (request, response) => {
      response.write('begun');
      if (request.url !== '/watch') response.end();
    },
    { key: leaf.key, cert: leaf.certificate },
  );
  const everywhere = await openSocksProxy({ connect: () => forwardTo({ port: endless.port }) });
  const agents = agentsThrough(everywhere.url, { ca: root.certificate, maxSockets: 3 });
  const url = (path: string) => new URL(`https://gitea.example.org${path}`);
  try {
    for (let round = 0; round < 8; round += 1) {
      const stopped = new AbortController();
      const watches = Array.from({ length: 5 }, async () => {
        const sent = send({ url: url('/watch'), agent: await agents(url('/watch')), signal: stopped.signal });
        const answer = await sent.answer;
        for await (const _ of answer) stopped.abort(new Error('given up'));
      });
      await Promise.allSettled(watches);
      const { answer } = send({ url: url('/'), agent: await agents(url('/')), signal: AbortSignal.timeout(5000) });
      expect((await collect(await answer)).toString()).toBe('begun');
    }
  } finally {
    await Promise.all([everywhere.close(), endless.close()]);
  }
});
