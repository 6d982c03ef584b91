import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import dnsPacket, { type DecodedPacket } from 'dns-packet';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFaults } from '../../src/requests/faults.js';
import { type LabServer, serve } from '../../src/requests/http-server.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { type DnsServer, startDns } from '../../src/servers/dns.js';
import { powerDnsApi } from '../../src/servers/powerdns-api.js';
import { createZones, type RRset } from '../../src/servers/zones.js';

const rr = (name: string, type: string, ...contents: string[]): RRset => ({ name, type, ttl: 300, contents });
const tools = { log: createRequestLog(), faults: createFaults() };
let dns: DnsServer;
let api: LabServer;

beforeEach(async () => {
  const zones = createZones(() => new Date('2026-11-23T00:00:00Z'));
  zones.put('openova.io', [rr('openova.io', 'NS', 'ns1.openova.io.'), rr('ns1.openova.io', 'A', '192.0.2.1')]);
  zones.put('omani.works', [
    rr('omani.works', 'NS', 'ns1.openova.io.'),
    rr('*.apps.omani.works', 'A', '192.0.2.9'),
    rr('www.omani.works', 'CNAME', 'a.apps.omani.works.'),
    rr('omani.works', 'TXT', '"v=spf1 -all"'),
  ]);
  dns = await startDns({ name: 'dns', ...tools, zones: () => zones });
  api = await serve({ name: 'powerdns', ...tools, handler: powerDnsApi({ zones: () => zones, apiKey: () => 'key' }) });
});
afterEach(() => Promise.all([dns.close(), api.close()]));

async function ask(name: string, type: 'SOA' | 'NS' | 'A' | 'TXT', transport: 'udp' | 'tcp' = 'udp', port = dns.port) {
  const query = dnsPacket.encode({ type: 'query', id: 7, questions: [{ name, type }] });
  const reply = await new Promise<DecodedPacket>((resolve, reject) => {
    if (transport === 'tcp') {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(query.length);
      const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([length, query])));
      socket
        .once('data', (data) => resolve(dnsPacket.decode(data.subarray(2))) ?? socket.destroy())
        .on('error', reject);
    } else {
      const socket = createSocket('udp4');
      socket.once('message', (data) => resolve(dnsPacket.decode(data)) ?? socket.close());
      socket.send(query, port, '127.0.0.1');
    }
  });
  const short = (list: unknown) =>
    (list as { name: string; type: string; data: unknown }[]).map((one) => [one.name, one.type, one.data]);
  return {
    rcode: (reply as unknown as { rcode: string }).rcode,
    aa: reply.flag_aa,
    answers: short(reply.answers),
    authorities: short(reply.authorities),
    additionals: short(reply.additionals),
  };
}

const call = (path: string, method = 'GET', body?: object, key = 'key') =>
  fetch(`${api.endpoint}/api/v1/servers/localhost/zones${path}`, {
    method,
    headers: { 'x-api-key': key },
    body: body && JSON.stringify(body),
  });
const ns = (changetype: string, ...contents: string[]) => ({
  name: 'omantel.omani.works.',
  type: 'NS',
  ttl: 300,
  changetype,
  records: contents.map((content) => ({ content, disabled: false })),
});

test.each(['udp', 'tcp'] as const)('answers with authority over %s', async (transport) => {
  const soa = await ask('omani.works', 'SOA', transport);
  expect(soa).toMatchObject({ rcode: 'NOERROR', aa: true });
  expect(soa.answers[0]![2]).toMatchObject({ serial: 2026112301 });
});

test('wildcards, aliases, no such name, no such type, not ours', async () => {
  expect((await ask('x.y.apps.omani.works', 'A')).answers).toEqual([['x.y.apps.omani.works', 'A', '192.0.2.9']]);
  expect((await ask('www.omani.works', 'A')).answers).toEqual([
    ['www.omani.works', 'CNAME', 'a.apps.omani.works'],
    ['a.apps.omani.works', 'A', '192.0.2.9'],
  ]);
  expect(await ask('nope.omani.works', 'A')).toMatchObject({ rcode: 'NXDOMAIN', aa: true, answers: [] });
  expect((await ask('nope.omani.works', 'A')).authorities[0]![1]).toBe('SOA');
  expect(await ask('apps.omani.works', 'A')).toMatchObject({ rcode: 'NOERROR', answers: [] });
  expect(await ask('example.org', 'A')).toMatchObject({ rcode: 'REFUSED', aa: false });
});

test('a delegation written by the API becomes a referral with glue; taken away, the name is gone', async () => {
  const before = (await ask('omani.works', 'SOA')).answers[0]![2] as { serial: number };
  const glue = { ...ns('REPLACE', '203.0.113.10'), name: 'ns1.omantel.omani.works.', type: 'A' };
  const answer = await call('/omani.works.', 'PATCH', { rrsets: [ns('REPLACE', 'ns1.omantel.omani.works.'), glue] });
  expect(answer.status).toBe(204);
  expect(await ask('console.omantel.omani.works', 'A')).toEqual({
    rcode: 'NOERROR',
    aa: false,
    answers: [],
    authorities: [['omantel.omani.works', 'NS', 'ns1.omantel.omani.works']],
    additionals: [['ns1.omantel.omani.works', 'A', '203.0.113.10']],
  });
  expect((await ask('omani.works', 'SOA')).answers[0]![2]).toMatchObject({ serial: before.serial + 2 });
  await call('/omani.works.', 'PATCH', { rrsets: [ns('DELETE'), { ...glue, changetype: 'DELETE' }] });
  expect((await ask('omantel.omani.works', 'NS')).rcode).toBe('NXDOMAIN');
});

test('a zone of its own on the same server wins over the delegation, as in PowerDNS', async () => {
  await call('/omani.works.', 'PATCH', { rrsets: [ns('REPLACE', 'ns1.openova.io.')] });
  const made = await call('', 'POST', {
    name: 'omantel.omani.works.',
    kind: 'Native',
    nameservers: ['ns1.openova.io.'],
  });
  expect(made.status).toBe(201);
  expect(await ask('omantel.omani.works', 'NS')).toMatchObject({ aa: true });
  expect((await call('/omantel.omani.works.', 'DELETE')).status).toBe(204);
  expect(await ask('omantel.omani.works', 'NS')).toMatchObject({ aa: false, answers: [] });
});

test('refuses as PowerDNS does', async () => {
  expect((await call('', 'GET', undefined, 'wrong')).status).toBe(401);
  expect((await call('/nope.example.')).status).toBe(404);
  expect((await call('', 'POST', { name: 'omani.works.', kind: 'Native' })).status).toBe(409);
  const outside = { ...ns('REPLACE', 'ns1.x.'), name: 'omantel.example.org.' };
  expect(await (await call('/omani.works.', 'PATCH', { rrsets: [outside] })).json()).toEqual({
    error: 'RRset omantel.example.org. IN NS: Name is out of zone',
  });
  // one bad RRset: nothing of the change is kept
  const mixed = await call('/omani.works.', 'PATCH', {
    rrsets: [ns('REPLACE', 'ns1.ok.'), ns('REPLACE', 'not-absolute')],
  });
  expect(mixed.status).toBe(422);
  expect((await ask('omantel.omani.works', 'NS')).rcode).toBe('NXDOMAIN');
});

test("node's own resolver reads it", async () => {
  const resolver = new Resolver();
  resolver.setServers([dns.endpoint]);
  expect(await resolver.resolveTxt('omani.works')).toEqual([['v=spf1 -all']]);
});

test('a program that answers in its place is asked, by both transports, and silence is what its absence is', async () => {
  let program: number | undefined = dns.port;
  const none = createZones(() => new Date());
  const server = await startDns({ name: 'server', ...tools, zones: () => none, program: () => program });
  try {
    for (const transport of ['udp', 'tcp'] as const)
      expect(await ask('www.omani.works', 'A', transport, server.port)).toEqual(
        await ask('www.omani.works', 'A', transport),
      );
    program = undefined;
    expect(await ask('www.omani.works', 'A', 'udp', server.port)).toMatchObject({ rcode: 'REFUSED' });
    program = 1;
    const resolver = new Resolver({ timeout: 200, tries: 1 });
    resolver.setServers([`127.0.0.1:${server.port}`]);
    await expect(resolver.resolve4('www.omani.works')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  } finally {
    await server.close();
  }
});
