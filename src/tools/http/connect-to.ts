/** `access.connectTo` of the spec: where a name and port is dialed, while TLS name and Host header stay the original's. */
import { bareHost } from './proxies.js';

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
  const wanted = bareHost(host);
  const rule = rules.find((one) => one.port === port && (one.host === undefined || bareHost(one.host) === wanted));
  if (!rule) return { host: wanted, port, moved: false };
  const cut = rule.to.lastIndexOf(':');
  return { host: bareHost(rule.to.slice(0, cut)), port: Number(rule.to.slice(cut + 1)), moved: true };
}
