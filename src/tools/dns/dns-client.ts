/** DNS questions straight to one server (dns.ts says the contract). */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIP, type Socket } from 'node:net';
import {
  type Answer,
  AUTHENTIC_DATA,
  type DecodedPacket,
  decode,
  encode,
  RECURSION_DESIRED,
  streamDecode,
  streamEncode,
} from 'dns-packet';
import { fail, messageOf } from '../../support/errors/errors.js';
import { unlessAborted } from '../../support/wait.js';
import type { ConnectRule, Dial } from '../dialer/connect-to.js';
import { dialsOf, openConnection, type Ways } from '../dialer/open-connection.js';
import { relayBySocks } from '../dialer/socks.js';
import { deadlineIn } from '../http/bounded.js';
import type { DnsAnswer, DnsQuery, DnsQuestion } from './dns.js';
import { createResolve } from './resolve-name.js';

export function createDnsQuery({
  connectTo,
  resolver,
  signal,
}: {
  connectTo: readonly ConnectRule[];
  /** `host:port` of what resolves the names of servers; default: this machine's resolver. */
  resolver?: string;
  signal: AbortSignal;
}): DnsQuery {
  const ways: Ways = { rules: connectTo, ...(resolver === undefined ? {} : { resolver }) };
  return async (question) => {
    const port = question.port ?? 53;
    const timeoutMs = question.timeoutMs ?? 5000;
    const deadline = deadlineIn(timeoutMs, signal, question.signal);
    const until = deadline.signal;
    const where = `${question.server}:${port}/${question.transport}`;
    try {
      const [target] = await unlessAborted(dialsOf(ways, question.server, port), until);
      const packet =
        question.transport === 'udp'
          ? await askUdp(target!, question, until)
          : await askTcp(await connected(ways, question.server, port, until), question, until);
      return answerOf(packet);
    } catch (error) {
      signal.throwIfAborted();
      const why = until.aborted ? `no answer within ${timeoutMs / 1000}s` : messageOf(error);
      throw fail('E3002', `${question.type} ${question.name} from ${where}: ${why}.`, { cause: error });
    } finally {
      deadline.end();
    }
  };
}

/** A connection that comes after the question has been given up is closed. */
async function connected(ways: Ways, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const opening = openConnection(ways, host, port);
  opening.then((socket) => signal.aborted && socket.destroy()).catch(() => undefined);
  return unlessAborted(opening, signal);
}

function packetOf(question: DnsQuestion) {
  return {
    type: 'query' as const,
    id: randomInt(1, 65535),
    // with AD a resolver says whether it validated (RFC 6840, 5.7)
    flags: question.recursive ? RECURSION_DESIRED | AUTHENTIC_DATA : 0,
    questions: [{ type: question.type, name: question.name.replace(/\.$/, '') }],
  };
}

/** One that is lost is sent again. */
async function askUdp(dial: Dial, question: DnsQuestion, signal: AbortSignal): Promise<DecodedPacket> {
  const host = isIP(dial.host) === 0 ? (await unlessAborted(createResolve()(dial.host), signal))[0]! : dial.host;
  const at = { host, port: dial.port };
  const direct = { ...at, wrap: (data: Buffer) => data, unwrap: (data: Buffer) => data, close: () => undefined };
  const relay = dial.through ? await unlessAborted(relayBySocks(dial.through, at, longestMs), signal) : direct;
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIP(relay.host) === 6 ? 'udp6' : 'udp4');
    const query = packetOf(question);
    const send = () => socket.send(relay.wrap(encode(query)), relay.port, relay.host);
    const again = setInterval(send, 1500);
    const end = (finish: () => void) => {
      clearInterval(again);
      signal.removeEventListener('abort', aborted);
      socket.close();
      relay.close();
      finish();
    };
    const aborted = () => end(() => reject(signal.reason));
    signal.addEventListener('abort', aborted, { once: true });
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('message', (data) => {
      try {
        const packet = decode(relay.unwrap(data));
        if (packet.id === query.id) end(() => resolve(packet));
      } catch (error) {
        end(() => reject(new Error('the answer is not DNS', { cause: error })));
      }
    });
    send();
  });
}

const longestMs = 5000;

function askTcp(socket: Socket, question: DnsQuestion, signal: AbortSignal): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const aborted = () => socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
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
    socket.on('close', () => {
      signal.removeEventListener('abort', aborted);
      reject(new Error('the connection was closed without an answer'));
    });
    socket.write(streamEncode(packetOf(question)));
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
    ...(packet.flag_ad ? { authenticated: true } : {}),
    answers: records(packet.answers),
    authorities: records(packet.authorities),
    additionals: records(packet.additionals),
  };
}
