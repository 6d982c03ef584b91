/** `access.connectTo` of the spec: where a name and port is dialed, while TLS name and Host header stay the original's. */
import { bareHost, isInNetwork } from './proxies.js';

export interface ConnectRule {
  /** A name, an address or a network in CIDR form. Left out: every host. */
  host?: string;
  /** Left out: every port. */
  port?: number;
  /** `host:port`, an IPv6 address in brackets; or `socks5://host:port`, a proxy that connects there. */
  to: string;
}

export interface Dial {
  host: string;
  port: number;
  /** True when a rule said so. */
  moved: boolean;
  /** The SOCKS proxy that is asked to connect there. */
  through?: URL;
}

/** First rule that fits wins; what a rule leads to may be behind the proxy of a further one. */
export function dialFor(rules: readonly ConnectRule[], host: string, port: number): Dial {
  const wanted = bareHost(host);
  const rule = rules.find((one) => (one.port ?? port) === port && covers(one.host, wanted));
  if (!rule) return { host: wanted, port, moved: false };
  if (isProxy(rule)) return { host: wanted, port, moved: true, through: new URL(rule.to) };
  const cut = rule.to.lastIndexOf(':');
  const dial = { host: bareHost(rule.to.slice(0, cut)), port: Number(rule.to.slice(cut + 1)), moved: true };
  const { through } = dialFor(rules.filter(isProxy), dial.host, dial.port);
  return through ? { ...dial, through } : dial;
}

/** A rule that leads through a SOCKS proxy. */
export const isProxy = ({ to }: ConnectRule): boolean => to.startsWith('socks5://');

const covers = (rule: string | undefined, host: string): boolean =>
  rule === undefined || (rule.includes('/') ? isInNetwork(rule, host) : bareHost(rule) === host);
