/** An authoritative DNS server on a loopback port, UDP and TCP, over zones that may change at any time. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import dnsPacket, { type Answer, type Packet, type RecordType } from 'dns-packet';
import type { Resolution } from '../internet/recursive.js';
import type { Faults } from '../requests/faults.js';
import type { RequestLog } from '../requests/request-log.js';
import { answerFrom } from './dns-answer.js';
import { framed, relay } from './dns-relay.js';
import type { RRset, Zones } from './zones.js';

export interface DnsServer {
  port: number;
  /** `127.0.0.1:1234` */
  endpoint: string;
  close(): Promise<void>;
}

export interface DnsOptions {
  /** In the request log: `dns`, `dns-sovereign`. */
  name: string;
  log: RequestLog;
  faults: Faults;
  /** What it answers from, asked at every question. */
  zones: () => Zones;
  /** Loopback port of the server that answers in its place, asked at every question. */
  program?: (question: { name: string; type: string }) => number | undefined;
  /** Answers in place of both, as a server does that asks others. */
  recursive?: (question: { name: string; type: RecordType }) => Promise<Resolution>;
  host?: string;
  /** A free one when left out. */
  port?: number;
}

const rcodes = { NOERROR: 0, NXDOMAIN: 3, REFUSED: 5, SERVFAIL: 2 };

export async function startDns(options: DnsOptions): Promise<DnsServer> {
  const { host = '127.0.0.1' } = options;
  const sockets = new Set<Socket>();
  const { udp, tcp, port } = await bindBoth(host, options.port);
  let closed = false;
  udp.on('message', async (message, peer) => {
    const reply = await respond(options, message, 'udp');
    if (reply && !closed) udp.send(reply, peer.port, peer.address);
  });
  tcp.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let waiting = Buffer.alloc(0);
    socket.on('data', async (chunk) => {
      waiting = Buffer.concat([waiting, chunk]);
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const end = 2 + waiting.readUInt16BE(0);
        const message = waiting.subarray(2, end);
        waiting = waiting.subarray(end);
        const reply = await respond(options, message, 'tcp');
        if (!reply) return void socket.destroy();
        socket.write(framed(reply));
      }
    });
  });
  return {
    port,
    endpoint: `${host}:${port}`,
    async close() {
      closed = true;
      for (const socket of sockets) socket.destroy();
      await Promise.all([new Promise<void>((done) => udp.close(done)), new Promise((done) => tcp.close(done))]);
    },
  };
}

/** The same free port for both transports: what TCP got may be taken for UDP, then another is tried. */
async function bindBoth(host: string, wanted = 0): Promise<{ udp: UdpSocket; tcp: Server; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const tcp = createServer();
    await new Promise<void>((resolve, reject) => tcp.once('error', reject).listen(wanted, host, resolve));
    const { port } = tcp.address() as AddressInfo;
    const udp = createSocket('udp4');
    try {
      await new Promise<void>((resolve, reject) => udp.once('error', reject).bind(port, host, resolve));
      return { udp, tcp, port };
    } catch (error) {
      tcp.close();
      if (wanted > 0 || attempt === 10) throw error;
    }
  }
}

/** The reply; undefined for what is no question, or when a fault swallows it. */
async function respond(options: DnsOptions, message: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined> {
  const { name: server, log, faults } = options;
  let query: Packet;
  try {
    query = dnsPacket.decode(message);
  } catch {
    return undefined;
  }
  const question = query.questions?.[0];
  if (!question || query.type !== 'query') return undefined;
  const fault = faults.match(server, transport, `/${question.name}/${question.type}`);
  if (fault && fault.kind !== 'status') return undefined;

  const told = (status: number) =>
    log.record({
      server,
      method: 'QUERY',
      path: `/${question.name}/${question.type}?${transport}`,
      userAgent: '',
      status,
      mutating: false,
    });
  const port = fault ? undefined : options.program?.(question);
  if (port !== undefined) {
    const answer = await relay(message, { port, transport });
    // the last four bits of the flags
    told(answer ? answer.readUInt16BE(2) & 0xf : rcodes.SERVFAIL);
    return answer;
  }
  const answer = fault ? failure : await answerTo(options, question);
  told(rcodes[answer.rcode]);
  const edns = query.additionals?.find((one) => one.type === 'OPT') as { udpPayloadSize?: number } | undefined;
  const reply: Packet = {
    type: 'response',
    id: query.id,
    flags: answer.flags | rcodes[answer.rcode],
    questions: [question],
    answers: answer.answers,
    authorities: answer.authorities,
    additionals: [
      ...answer.additionals,
      ...(edns ? [{ type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] } as unknown as Answer] : []),
    ],
  };
  const encoded = dnsPacket.encode(reply);
  if (transport === 'tcp' || encoded.length <= Math.max(512, edns?.udpPayloadSize ?? 512)) return encoded;
  const flags = (reply.flags ?? 0) | dnsPacket.TRUNCATED_RESPONSE;
  return dnsPacket.encode({ ...reply, flags, answers: [], authorities: [], additionals: [] });
}

interface Reply {
  rcode: keyof typeof rcodes;
  flags: number;
  answers: Answer[];
  authorities: Answer[];
  additionals: Answer[];
}

const failure: Reply = { rcode: 'SERVFAIL', flags: 0, answers: [], authorities: [], additionals: [] };

async function answerTo(options: DnsOptions, question: { name: string; type: RecordType }): Promise<Reply> {
  if (options.recursive) {
    const found = await options.recursive(question);
    return { ...found, flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE, additionals: [] };
  }
  const { rcode, authoritative, answers, authorities, additionals } = answerFrom(options.zones(), question);
  return {
    rcode,
    flags: authoritative ? dnsPacket.AUTHORITATIVE_ANSWER : 0,
    answers: answers.flatMap(records),
    authorities: authorities.flatMap(records),
    additionals: additionals.flatMap(records),
  };
}

function records(rrset: RRset): Answer[] {
  const name = rrset.name.replace(/\.$/, '');
  return rrset.contents.map(
    (content) =>
      ({
        name,
        type: rrset.type as RecordType,
        class: 'IN',
        ttl: rrset.ttl,
        data: dataOf(rrset.type, content),
      }) as Answer,
  );
}

const bare = (name: string) => name.replace(/\.$/, '');

/** Presentation form → what the packet library encodes. */
function dataOf(type: string, content: string): unknown {
  const fields = content.split(/\s+/);
  switch (type) {
    case 'SOA': {
      const [serial, refresh, retry, expire, minimum] = fields.slice(2).map(Number);
      return { mname: bare(fields[0]!), rname: bare(fields[1]!), serial, refresh, retry, expire, minimum };
    }
    case 'NS':
    case 'CNAME':
    case 'PTR':
      return bare(content);
    case 'MX':
      return { preference: Number(fields[0]), exchange: bare(fields[1]!) };
    case 'SRV':
      return {
        priority: Number(fields[0]),
        weight: Number(fields[1]),
        port: Number(fields[2]),
        target: bare(fields[3]!),
      };
    case 'CAA':
      return { flags: Number(fields[0]), tag: fields[1], value: fields.slice(2).join(' ').replace(/^"|"$/g, '') };
    case 'DS':
      return {
        keyTag: Number(fields[0]),
        algorithm: Number(fields[1]),
        digestType: Number(fields[2]),
        digest: Buffer.from(fields.slice(3).join(''), 'hex'),
      };
    case 'TXT':
      return [...content.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!.replace(/\\(.)/g, '$1'));
    default:
      return content;
  }
}
