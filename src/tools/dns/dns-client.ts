/** DNS questions straight to one server (dns.ts says the contract). */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { type Answer, type DecodedPacket, decode, encode, streamDecode, streamEncode } from 'dns-packet';
import { fail, messageOf } from '../../support/errors/errors.js';
import { type ConnectRule, dialFor } from '../http/connect-to.js';
import type { DnsAnswer, DnsQuery, DnsQuestion } from './dns.js';

export function createDnsQuery({
  connectTo,
  signal,
}: {
  connectTo: readonly ConnectRule[];
  signal: AbortSignal;
}): DnsQuery {
  return async (question) => {
    const port = question.port ?? 53;
    const timeoutMs = question.timeoutMs ?? 5000;
    const until = AbortSignal.any([signal, question.signal ?? signal, AbortSignal.timeout(timeoutMs)]);
    const where = `${question.server}:${port}/${question.transport}`;
    try {
      const target = dialFor(connectTo, question.server, port);
      const host = isIP(target.host) ? target.host : (await lookup(target.host)).address;
      const ask = question.transport === 'udp' ? askUdp : askTcp;
      const packet = await ask(host, target.port, question, until);
      return answerOf(packet);
    } catch (error) {
      signal.throwIfAborted();
      const why = until.aborted ? `no answer within ${timeoutMs / 1000}s` : messageOf(error);
      throw fail('E3002', `${question.type} ${question.name} from ${where}: ${why}.`, { cause: error });
    }
  };
}

function packetOf(question: DnsQuestion) {
  return {
    type: 'query' as const,
    id: randomInt(1, 65535),
    flags: 0,
    questions: [{ type: question.type, name: question.name.replace(/\.$/, '') }],
  };
}

function askUdp(host: string, port: number, question: DnsQuestion, signal: AbortSignal): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
    const query = packetOf(question);
    const message = encode(query);
    const again = setInterval(() => socket.send(message, port, host), 1500);
    const end = (finish: () => void) => {
      clearInterval(again);
      signal.removeEventListener('abort', aborted);
      socket.close();
      finish();
    };
    const aborted = () => end(() => reject(signal.reason));
    signal.addEventListener('abort', aborted, { once: true });
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('message', (data) => {
      try {
        const packet = decode(data);
        if (packet.id === query.id) end(() => resolve(packet));
      } catch (error) {
        end(() => reject(new Error('the answer is not DNS', { cause: error })));
      }
    });
    socket.send(message, port, host);
  });
}

function askTcp(host: string, port: number, question: DnsQuestion, signal: AbortSignal): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    const chunks: Buffer[] = [];
    socket.on('connect', () => socket.write(streamEncode(packetOf(question))));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      if (all.length < 2 || all.length < all.readUInt16BE(0) + 2) return;
      socket.end();
      try {
        const packet = streamDecode(all);
        if (packet) resolve(packet as DecodedPacket);
        else reject(new Error('the answer is not DNS'));
      } catch (error) {
        reject(new Error('the answer is not DNS', { cause: error }));
      }
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed without an answer')));
  });
}

function answerOf(packet: DecodedPacket): DnsAnswer {
  const records = (list: readonly Answer[] | undefined) =>
    (list ?? []).flatMap((record) =>
      record.type === 'OPT'
        ? []
        : [
            {
              name: record.name,
              type: record.type,
              ttl: ('ttl' in record ? record.ttl : 0) ?? 0,
              data: 'data' in record ? record.data : undefined,
            },
          ],
    );
  return {
    rcode: (packet as DecodedPacket & { rcode: string }).rcode,
    authoritative: packet.flag_aa,
    answers: records(packet.answers),
    authorities: records(packet.authorities),
    additionals: records(packet.additionals),
  };
}
