/** How names of a Sovereign are reached before, while and after its zone is delegated. The resolver is a stub that counts questions. */
import { createSocket } from 'node:dgram';
import { type Answer, decode, encode } from 'dns-packet';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CertificateAndKey, issueCertificate } from '../../../../lab/src/certificates.js';
import { createDialer } from '../../../../src/tools/dialer/dialer.js';
import type { DnsAnswer, DnsQuestion } from '../../../../src/tools/dns/dns.js';
import { createHttp } from '../../../../src/tools/http/http-client.js';
import { sovereignNames } from '../../../../src/world/public-names/sovereign-names.js';
import { type LoggingProxy, loggingProxy } from '../../../fakes/logging-proxy.js';
import { type Loopback, listen } from '../../../fakes/loopback.js';

const { signal } = new AbortController();
const fqdn = 'omantel.omani.works';
const gitea = `gitea.${fqdn}`;
const balancer = '203.0.113.10';
let root: CertificateAndKey;
let leaf: CertificateAndKey;
let server: Loopback;
let proxy: LoggingProxy;
let resolver: { at: string; asked: string[]; records: Record<string, string>; close(): void };
/** What each server of the parent zone answers for the NS of the Sovereign, and what the Sovereign's answer. */
let parent: Record<string, 'denies' | 'refers' | 'elsewhere' | 'silent'>;
let zone: Record<string, string> | undefined;
let asked: DnsQuestion[];
let recorded: { ipv4: string } | undefined;
let nodes: string[];

async function stubResolver(): Promise<typeof resolver> {
  const socket = createSocket('udp4');
  const heard: string[] = [];
  const records: Record<string, string> = {};
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.on('message', (message, peer) => {
    const { id, questions } = decode(message);
    const { name, type } = questions![0]!;
    heard.push(`${name} ${type}`);
    const data = type === 'A' ? records[name] : undefined;
    const answers = data === undefined ? [] : [{ name, type, ttl: 60, data } as Answer];
    socket.send(
      encode({ type: 'response', id, flags: 0x0180 | (records[name] ? 0 : 3), questions, answers }),
      peer.port,
      peer.address,
    );
  });
  return { at: `127.0.0.1:${socket.address().port}`, asked: heard, records, close: () => socket.close() };
}

const record = (name: string, type: string, data: string) => ({ name, type, ttl: 300, data });

async function dns(question: DnsQuestion): Promise<DnsAnswer> {
  asked.push(question);
  const nothing = { answers: [], authorities: [], additionals: [], authoritative: false };
  const way = parent[question.server];
  if (way === 'silent') throw new Error('no answer within 5s');
  if (way === 'denies') return { ...nothing, rcode: 'NXDOMAIN', authoritative: true };
  if (way) {
    const ns = way === 'refers' ? `ns1.${fqdn}.` : 'ns1.openova.io.';
    const glue = way === 'refers' ? [record(ns, 'A', '203.0.113.11')] : [];
    return { ...nothing, rcode: 'NOERROR', authorities: [record(`${fqdn}.`, 'NS', ns)], additionals: glue };
  }
  if (!zone || question.server !== '203.0.113.11') throw new Error('no answer within 5s');
  const address = question.type === 'A' ? zone[question.name] : undefined;
  const answers = address === undefined ? [] : [record(question.name, 'A', address)];
  return { ...nothing, rcode: 'NOERROR', authoritative: true, answers };
}

beforeAll(async () => {
  root = await issueCertificate({ commonName: 'test root', isAuthority: true });
  leaf = await issueCertificate({ commonName: 'leaf', dnsNames: [gitea] }, root);
});
beforeEach(async () => {
  server = await listen((request, response) => response.end(`for ${request.headers.host}`), {
    key: leaf.key,
    cert: leaf.certificate,
  });
  proxy = await loggingProxy(server.port);
  resolver = await stubResolver();
  parent = { 'ns1.openova.io': 'denies', 'ns2.openova.io': 'denies' };
  zone = {};
  asked = [];
  recorded = { ipv4: balancer };
  nodes = ['203.0.113.11', '203.0.113.12'];
});
afterEach(async () => {
  resolver.close();
  await Promise.all([server.close(), proxy.close()]);
});

function dialer(env: Record<string, string> = {}) {
  const names = sovereignNames({
    fqdn,
    dns,
    parentServers: Object.keys(parent),
    nodes: async () => nodes,
    loadBalancer: async () => recorded,
  });
  const connectTo = [{ host: balancer, port: 443, to: `127.0.0.1:${server.port}` }];
  return createDialer({ connectTo, resolver: resolver.at, names, caBundle: root.certificate, env });
}
const visit = async (from = dialer(), url = `https://${gitea}/`) => createHttp({ dialer: from, signal })({ url });

test('before it is delegated a name is dialed at the load balancer, with its own name for TLS and Host, and no resolver is asked', async () => {
  expect(await visit()).toMatchObject({ status: 200, text: `for ${gitea}`, certificate: { authorized: true } });
  expect(resolver.asked).toEqual([]);
  // the parent is asked for the zone, never for a name in it
  expect(asked.map(({ name, type }) => `${name} ${type}`)).toEqual([`${fqdn} NS`, `${fqdn} NS`]);
});

test.each(['elsewhere', 'denies'] as const)('it is not delegated while one server of the parent %s', async (other) => {
  parent = { 'ns1.openova.io': 'refers', 'ns2.openova.io': other };
  expect((await visit()).status).toBe(200);
  expect(resolver.asked).toEqual([]);
});

test('once it is delegated the servers of the Sovereign are asked, whatever a cache says, and the parent not again', async () => {
  const from = dialer();
  await visit(from);
  parent = { 'ns1.openova.io': 'refers', 'ns2.openova.io': 'silent' };
  zone = { [gitea]: balancer };
  expect((await visit(from)).status).toBe(200);
  const ofParent = () => asked.filter(({ type }) => type === 'NS').length;
  const before = ofParent();
  resolver.records[gitea] = '203.0.113.99';
  expect((await visit(from)).status).toBe(200);
  expect(ofParent()).toBe(before);
  expect(resolver.asked).toEqual([]);
});

test('a delegation that an earlier cluster has left behind is none', async () => {
  parent = { 'ns1.openova.io': 'refers', 'ns2.openova.io': 'refers' };
  zone = { [gitea]: '203.0.113.99' };
  nodes = ['203.0.113.21'];
  expect((await visit()).status).toBe(200);
  expect(asked.every(({ type }) => type === 'NS')).toBe(true);
});

test('while the name servers of a delegated zone do not answer yet, the load balancer is dialed', async () => {
  parent = { 'ns1.openova.io': 'refers', 'ns2.openova.io': 'refers' };
  zone = undefined;
  expect((await visit()).status).toBe(200);
  expect(resolver.asked).toEqual([]);
});

test('when no server of the parent answers, names lead where the caches of visitors lead', async () => {
  parent = { 'ns1.openova.io': 'silent', 'ns2.openova.io': 'silent' };
  resolver.records[gitea] = balancer;
  expect((await visit()).status).toBe(200);
  expect(resolver.asked).toContain(`${gitea} A`);
});

test('a name that its servers do not know is said to be in no DNS', async () => {
  parent = { 'ns1.openova.io': 'refers', 'ns2.openova.io': 'refers' };
  zone = {};
  await expect(visit()).rejects.toMatchObject({
    code: 'E3002',
    message: expect.stringMatching(/203\.0\.113\.11 have no address of gitea.*DNS has no address for it/),
  });
});

test('what refuses at the load balancer is reported with its address and port', async () => {
  await server.close();
  await expect(visit()).rejects.toMatchObject({
    message: expect.stringMatching(
      /\(dialed at the load balancer, 203\.0\.113\.10, as public DNS does not lead to omantel\.omani\.works yet\): .*ECONNREFUSED.*\(nothing listens on that port\)/,
    ),
  });
  server = await listen(() => undefined);
});

test('without a record of the load balancer nothing is looked up either', async () => {
  recorded = undefined;
  await expect(visit()).rejects.toMatchObject({ message: expect.stringContaining('catalyst ticket run cluster') });
  expect(resolver.asked).toEqual([]);
});

test('a proxy is asked for the address, which it can connect to, and not for the name', async () => {
  const from = dialer({ HTTPS_PROXY: proxy.url });
  expect(await visit(from)).toMatchObject({ text: `for ${gitea}`, certificate: { authorized: true } });
  (await from.tcp(gitea, 443)).destroy();
  expect(proxy.asked).toEqual([`CONNECT ${balancer}:443`, `CONNECT ${balancer}:443`]);
});

test('programs that resolve names themselves are led there, and go their own way elsewhere', () => {
  const from = createDialer({
    connectTo: [],
    names: sovereignNames({
      fqdn,
      dns,
      parentServers: [],
      nodes: async () => nodes,
      loadBalancer: async () => recorded,
    }),
  });
  expect(from.ruled(`https://${gitea}/openova/tree.git`)).toBe(true);
  expect(from.ruled(`oci://harbor.${fqdn}/charts`)).toBe(true);
  expect(from.ruled('https://github.com/openova-io/openova.git')).toBe(false);
});
