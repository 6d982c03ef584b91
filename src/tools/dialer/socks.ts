/** Connections and datagrams through a SOCKS proxy (RFC 1928), which also resolves what is no address. */
import { isIP, type Socket } from 'node:net';
import type { SocksClientOptions } from 'socks';
import { bareHost } from './proxies.js';

interface Target {
  host: string;
  port: number;
}

/** Rejects as a direct connection does: with ECONNREFUSED, EHOSTUNREACH, or what befell the way to the proxy. */
export async function connectBySocks(proxy: URL, target: Target, timeoutMs: number): Promise<Socket> {
  const { SocksClient } = await import('socks');
  try {
    const { socket } = await SocksClient.createConnection({
      proxy: placeOf(proxy),
      command: 'connect',
      destination: target,
      timeout: timeoutMs,
    });
    return socket;
  } catch (error) {
    throw asDirect(error, target);
  }
}

export interface Relay extends Target {
  /** As the proxy takes a datagram for the target, and the payload of one that it brings. */
  wrap(data: Buffer): Buffer;
  unwrap(data: Buffer): Buffer;
  close(): void;
}

/** A UDP relay of the proxy, for as long as it is not closed. */
export async function relayBySocks(proxy: URL, target: Target, timeoutMs: number): Promise<Relay> {
  const { SocksClient } = await import('socks');
  const client = new SocksClient({
    proxy: placeOf(proxy),
    command: 'associate',
    destination: { host: '0.0.0.0', port: 0 },
    timeout: timeoutMs,
  });
  const { host, port, socket } = await new Promise<Target & { socket: Socket }>((resolve, reject) => {
    client.once('error', (error) => reject(asDirect(error, target)));
    client.once('established', ({ socket: held, remoteHost }) => resolve({ ...remoteHost!, socket: held }));
    void client.connect();
  });
  socket.on('error', () => socket.destroy());
  return {
    // a proxy that names no address means its own (RFC 1928, 6)
    host: isIP(host) && host !== '0.0.0.0' ? host : proxy.hostname,
    port,
    wrap: (data) => SocksClient.createUDPFrame({ remoteHost: target, data }),
    unwrap: (data) => SocksClient.parseUDPFrame(data).data,
    close: () => socket.destroy(),
  };
}

export const isSocks = ({ protocol }: URL): boolean => /^socks(4a?|5h?)?:$/.test(protocol);

function placeOf({ protocol, hostname, port, username, password }: URL): SocksClientOptions['proxy'] {
  const login = { userId: decodeURIComponent(username), password: decodeURIComponent(password) };
  return {
    host: bareHost(hostname),
    port: Number(port || 1080),
    type: protocol.startsWith('socks4') ? 4 : 5,
    ...(username ? login : {}),
  };
}

const codes: readonly [said: RegExp, code: string][] = [
  [/ConnectionRefused/, 'ECONNREFUSED'],
  [/HostUnreachable|NetworkUnreachable/, 'EHOSTUNREACH'],
  [/TTLExpired|timed out/i, 'ETIMEDOUT'],
];

function asDirect(error: unknown, { host, port }: Target): Error {
  const { message } = error as Error;
  const code = codes.find(([said]) => said.test(message))?.[1];
  if (!code) return error as Error;
  return Object.assign(new Error(`connect ${code} ${host}:${port}`, { cause: error }), { code });
}
