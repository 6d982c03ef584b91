import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { encode, type Packet, streamEncode } from 'dns-packet';
import { expect, test } from 'vitest';
import { createDnsQuery } from '../../../../src/tools/dns/dns-client.js';

const { signal } = new AbortController();

function referral(id: number): Packet {
  return {
    type: 'response',
    id,
    questions: [{ type: 'NS', name: 'omantel.example.org' }],
    authorities: [{ type: 'NS', name: 'omantel.example.org', ttl: 300, data: 'ns1.omantel.example.org' }],
    additionals: [{ type: 'A', name: 'ns1.omantel.example.org', ttl: 300, data: '203.0.113.10' }],
  };
}

async function udpServer(answer: (id: number) => Buffer): Promise<{ port: number; close(): void }> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.on('message', (message, peer) => socket.send(answer(message.readUInt16BE(0)), peer.port, peer.address));
  return { port: socket.address().port, close: () => socket.close() };
}

test('a referral over UDP by the rules for port 53', async () => {
  const server = await udpServer((id) => encode(referral(id)));
  const dns = createDnsQuery({
    connectTo: [{ host: 'ns1.example.org', port: 53, to: `127.0.0.1:${server.port}` }],
    signal,
  });
  const answer = await dns({ server: 'ns1.example.org', name: 'omantel.example.org', type: 'NS', transport: 'udp' });
  expect(answer).toMatchObject({ rcode: 'NOERROR', authoritative: false, answers: [] });
  expect(answer.authorities).toEqual([
    { name: 'omantel.example.org', type: 'NS', ttl: 300, data: 'ns1.omantel.example.org' },
  ]);
  expect(answer.additionals).toMatchObject([{ type: 'A', data: '203.0.113.10' }]);
  server.close();
});

test('over TCP, in pieces', async () => {
  const server = createServer((socket) => {
    socket.on('data', (bytes: Buffer) => {
      const reply = streamEncode(referral(bytes.readUInt16BE(2)));
      socket.write(reply.subarray(0, 5), () => socket.write(reply.subarray(5)));
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const dns = createDnsQuery({ connectTo: [], signal });
  const answer = await dns({ server: '127.0.0.1', port, name: 'omantel.example.org', type: 'NS', transport: 'tcp' });
  expect(answer.authorities).toHaveLength(1);
  server.close();
});

test('garbage and silence are errors that name server and transport', async () => {
  const garbage = await udpServer((id) => Buffer.from([id >> 8, id & 255, 1]));
  const silent = createSocket('udp4');
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
  const dns = createDnsQuery({ connectTo: [], signal });
  const ask = (port: number, timeoutMs: number) =>
    dns({ server: '127.0.0.1', port, name: 'x.org', type: 'SOA', transport: 'udp', timeoutMs });
  await expect(ask(garbage.port, 30_000)).rejects.toThrow(/not DNS/);
  await expect(ask(silent.address().port, 50)).rejects.toMatchObject({
    code: 'E3002',
    message: expect.stringMatching(/udp.*no answer within/),
  });
  garbage.close();
  silent.close();
});
