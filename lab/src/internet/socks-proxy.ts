/**
 * A SOCKS5 proxy on loopback (RFC 1928), for programs that call addresses: what they call comes with its address, port and
 * transport, which a port on this machine could not tell.
 */
import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, isIPv4, isIPv6, type Server, type Socket } from 'node:net';
import type { Forward } from './forward.js';

export interface SocksProxy {
  /** `socks5://127.0.0.1:PORT` */
  url: string;
  close(): Promise<void>;
}

/** A way; or that nobody listens there (undefined), or that nobody says anything: the caller waits until it gives up. */
export type Way = Forward | undefined | 'dropped';

export interface SocksOptions {
  /** The way to a host and port. */
  connect(host: string, port: number): Promise<Way>;
  /** The answer to a datagram; undefined when none comes. Left out: there is no UDP. */
  datagram?(host: string, port: number, data: Buffer): Promise<Buffer | undefined>;
}

/** Replies of RFC 1928, 6. */
const replies = { granted: 0, unreachable: 4, refused: 5, unsupported: 7 };

export async function openSocksProxy(options: SocksOptions): Promise<SocksProxy> {
  const sockets = new Set<Socket>();
  const listener = () =>
    createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
      void serve(socket, options).catch(() => socket.destroy());
    });
  const servers = await listenTogether(listener);
  return {
    url: `socks5://127.0.0.1:${(servers[0]!.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    },
  };
}

/**
 * Everything that goes to a public address comes by one port, and a listener takes one connection in a turn of the event loop
 * (libuv 1.45, "unix: don't accept() connections in a loop"): on a busy machine they would wait in line for seconds. Where the
 * system shares a port among listeners, several take them.
 */
async function listenTogether(listener: () => Server, count = 8): Promise<Server[]> {
  const on = (port: number, reusePort: boolean) =>
    new Promise<Server>((resolve, reject) => {
      const server = listener();
      server.once('error', reject).listen({ host: '127.0.0.1', port, reusePort }, () => resolve(server));
    });
  const first = await on(0, true).catch(() => undefined);
  if (!first) return [await on(0, false)];
  const { port } = first.address() as AddressInfo;
  return [first, ...(await Promise.all(Array.from({ length: count - 1 }, () => on(port, true))))];
}

async function serve(socket: Socket, { connect, datagram }: SocksOptions): Promise<void> {
  const read = reader(socket);
  const [, methods = 0] = await read(2);
  await read(methods);
  socket.write(Buffer.from([5, 0]));
  const [, command] = await read(3);
  const { host, port } = await address(read);
  if (command === 3 && datagram) return associate(socket, datagram);
  if (command !== 1) return void socket.end(reply(replies.unsupported));
  const way = await connect(host, port).catch(() => undefined);
  if (way === 'dropped') return;
  if (!way) return void socket.end(reply(isIPv4(host) || isIPv6(host) ? replies.refused : replies.unreachable));
  read.release();
  socket.write(reply(replies.granted));
  way(socket);
}

/** Datagrams are relayed for as long as the connection stands. */
async function associate(socket: Socket, datagram: NonNullable<SocksOptions['datagram']>): Promise<void> {
  const relay = createSocket('udp4');
  socket.on('close', () => relay.close());
  relay.on('error', () => socket.destroy());
  relay.on('message', (message, peer) => {
    const target = addressAt(message, 3);
    if (!target) return;
    const head = message.subarray(0, target.end);
    void datagram(target.host, target.port, message.subarray(target.end))
      .then((answer) => {
        if (answer && !socket.destroyed) relay.send(Buffer.concat([head, answer]), peer.port, peer.address);
      })
      .catch(() => undefined);
  });
  await new Promise<void>((resolve) => relay.bind(0, '127.0.0.1', resolve));
  socket.resume();
  socket.write(reply(replies.granted, relay.address().port));
}

function reply(code: number, port = 0): Buffer {
  return Buffer.from([5, code, 0, 1, 127, 0, 0, 1, port >> 8, port & 255]);
}

type Read = ((length: number) => Promise<Buffer>) & { release(): void };

/** Exactly so many bytes at a time; what comes beyond stays in the connection. */
function reader(socket: Socket): Read {
  const read = async (length: number): Promise<Buffer> => {
    while (length > 0) {
      const data = socket.read(length) as Buffer | null;
      if (data) return data;
      await new Promise<void>((resolve, reject) => {
        const closed = () => reject(new Error('the caller went away'));
        socket.once('close', closed);
        socket.once('readable', () => {
          socket.off('close', closed);
          resolve();
        });
      });
    }
    return Buffer.alloc(0);
  };
  return Object.assign(read, { release: () => void socket.removeAllListeners('readable') });
}

async function address(read: Read): Promise<{ host: string; port: number }> {
  const [type] = await read(1);
  const size = type === 1 ? 4 : type === 4 ? 16 : (await read(1))[0]!;
  const host = await read(size);
  return { host: hostOf(type!, host), port: (await read(2)).readUInt16BE(0) };
}

/** The address in a datagram, and where its payload begins. */
function addressAt(message: Buffer, at: number): { host: string; port: number; end: number } | undefined {
  const type = message[at];
  const start = type === 3 ? at + 2 : at + 1;
  const size = type === 1 ? 4 : type === 4 ? 16 : (message[at + 1] ?? 0);
  const end = start + size + 2;
  if (message.length < end) return undefined;
  return {
    host: hostOf(type!, message.subarray(start, start + size)),
    port: message.readUInt16BE(start + size),
    end,
  };
}

function hostOf(type: number, bytes: Buffer): string {
  if (type === 1) return [...bytes].join('.');
  if (type === 3) return bytes.toString('latin1');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
