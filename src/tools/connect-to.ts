/** `access.connectTo` of the spec: where a name and port is dialled, while TLS name and Host header stay the original's. */
import { createConnection, type Socket } from 'node:net';

export interface ConnectRule {
  /** Left out: every host. */
  host?: string;
  port: number;
  /** `host:port`, an IPv6 address in brackets. */
  to: string;
}

export interface Dial {
  host: string;
  port: number;
  /** True when a rule said so. */
  moved: boolean;
}

/** First rule that fits wins. */
export function dialFor(rules: readonly ConnectRule[], host: string, port: number): Dial {
  const wanted = bare(host);
  const rule = rules.find((one) => one.port === port && (one.host === undefined || bare(one.host) === wanted));
  if (!rule) return { host: wanted, port, moved: false };
  const cut = rule.to.lastIndexOf(':');
  return { host: bare(rule.to.slice(0, cut)), port: Number(rule.to.slice(cut + 1)), moved: true };
}

/** Opens a TCP connection by the rules; rejects with the system's error. */
export function dialTcp(rules: readonly ConnectRule[], host: string, port: number): Promise<Socket> {
  const at = dialFor(rules, host, port);
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: at.host, port: at.port });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function bare(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}
