/** One TCP connection by the rules of the spec: the name to its addresses, each address where the rules lead, until one answers. */
import { createConnection, isIP, type Socket } from 'node:net';
import { createResolve, type Resolve } from '../dns/resolve-name.js';
import { type ConnectRule, type Dial, dialFor, isProxy } from './connect-to.js';
import type { OwnNames } from './own-names.js';
import { isLoopback } from './proxies.js';
import { connectBySocks } from './socks.js';

export interface Ways {
  rules: readonly ConnectRule[];
  /** `host:port` of the DNS server that resolves names; default: this machine's resolver. */
  resolver?: string;
  names?: OwnNames;
}

/** How long one address may take when there are further ones, and how long the last. */
const [nextMs, lastMs] = [2500, 30_000];

/** Whether Node's own way to that place would not do: names are resolved elsewhere, or addresses have ways of their own. */
export function isOwnWay({ rules, resolver, names }: Ways, dial: Dial): boolean {
  if (dial.through) return true;
  const isName = isIP(dial.host) === 0 && !isLoopback(dial.host);
  return isName && (resolver !== undefined || rules.some(isProxy) || names?.covers(dial.host, dial.port) === true);
}

/** Where the host is dialed, by its addresses now. */
export async function dialsOf(ways: Ways, host: string, port: number, family?: 4 | 6): Promise<Dial[]> {
  const dial = dialFor(ways.rules, host, port);
  if (!isOwnWay(ways, dial) || isIP(dial.host) !== 0) return [dial];
  const addresses = await addressesOf(ways, dial, family);
  return addresses.map((address) => dialFor(ways.rules, address, dial.port));
}

/** The addresses of a name, by whoever knows it: the resolver, unless it is a name of the Sovereign that is in no DNS yet. */
export async function addressesOf({ resolver, names }: Ways, { host, port }: Dial, family?: 4 | 6): Promise<string[]> {
  const resolve: Resolve = createResolve(resolver);
  if (!names?.covers(host, port)) return resolve(host, family);
  const found = await names.addresses(host, () => resolve(host, family));
  const fitting = found.filter((address) => family === undefined || isIP(address) === family);
  if (fitting.length > 0) return fitting;
  throw Object.assign(new Error(`${host} has no IPv${family} address`), { code: 'ENODATA' });
}

/** Resolves once connected; rejects with the network error of the last address. */
export async function openConnection(ways: Ways, host: string, port: number, family?: 4 | 6): Promise<Socket> {
  const dials = await dialsOf(ways, host, port, family);
  for (const dial of dials.slice(0, -1)) {
    const socket = await open(dial, nextMs).catch(() => undefined);
    if (socket) return socket;
  }
  return open(dials.at(-1)!, lastMs);
}

function open(dial: Dial, timeoutMs: number): Promise<Socket> {
  return dial.through ? connectBySocks(dial.through, dial, timeoutMs) : plain(dial, timeoutMs);
}

function plain({ host, port }: Dial, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, timeout: timeoutMs });
    const failed = (error: Error) => reject(error);
    socket.once('error', failed);
    socket.once('timeout', () =>
      socket.destroy(new Error(`no connection to ${host}:${port} within ${timeoutMs / 1000}s`)),
    );
    socket.once('connect', () => {
      socket.off('error', failed);
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

/** In words, for messages: where a name and port are dialed, as far as that is known without asking a resolver. */
export function dialText({ moved, host, port, through }: Dial): string {
  if (through) return ` (through ${through.protocol}//${through.host})`;
  return moved ? ` (dialed as ${host}:${port})` : '';
}
