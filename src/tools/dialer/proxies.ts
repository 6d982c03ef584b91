/**
 * Whether a request goes through the proxy that the environment names, by the rules of helm, kubectl and git's neighbors in Go:
 * HTTPS_PROXY or HTTP_PROXY by the scheme of the URL, never for this machine, and not for what NO_PROXY lists (a name with all
 * below it, an address, a network in CIDR form, `*`; each with or without a port).
 */
import { isIP } from 'node:net';
import { networksOf } from '../../support/addresses/networks.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Pure: the proxy for that URL, or undefined when it is reached directly. */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const secure = url.protocol === 'https:';
  const named = variable(env, secure ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (!named) return undefined;
  const host = bareHost(url.hostname);
  const port = url.port || (secure ? '443' : '80');
  if (isLoopback(host) || isExcepted(host, port, variable(env, 'NO_PROXY') ?? '')) return undefined;
  return proxyUrl(named);
}

/** `proxy:3128` and URLs are both understood; undefined for what is neither. */
export function proxyUrl(text: string): URL | undefined {
  const full = /^[a-z0-9]+:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(full) ? new URL(full) : undefined;
}

/** The passwords in the proxies of the environment, as they stand there and as they are meant. */
export function proxyPasswords(env: Environment): string[] {
  return ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => {
    const password = proxyUrl(variable(env, name) ?? '')?.password ?? '';
    return password === '' ? [] : [password, decodeURIComponent(password)];
  });
}

/** In words, for people: which way calls take, and which are direct. */
export function proxiesText(env: Environment): string {
  const named = (['HTTPS_PROXY', 'HTTP_PROXY'] as const).flatMap((name) => {
    const url = proxyUrl(variable(env, name) ?? '');
    return url ? [`${name} ${shownProxy(url)}`] : [];
  });
  if (named.length === 0) return 'directly: no proxy is set';
  const excepted = variable(env, 'NO_PROXY');
  return `through ${named.join(', ')}; directly to loopback${excepted ? ` and ${excepted}` : ''}, and for SSH, DNS and this machine's own address`;
}

/** Where a proxy is, without its login. */
export function shownProxy({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

const loopback = networksOf(['127.0.0.0/8', '::1']);

/** By its spelling: a name is never looked up, since it may lead elsewhere later. */
export function isLoopback(hostname: string): boolean {
  const host = bareHost(hostname);
  return host === 'localhost' || host.endsWith('.localhost') || loopback(host);
}

/** Without the brackets of an IPv6 address and the final dot of a name, in lower case. */
export function bareHost(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

const variable = (env: Environment, name: string) => env[name] || env[name.toLowerCase()] || undefined;

function isExcepted(host: string, port: string, list: string): boolean {
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter(Boolean)
    .some((entry) => covers(entry, host, port));
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(entry, host);
  const [, name = entry, onlyPort] = /^(.*?|\[.*\])(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const wanted = bareHost(name.replace(/^\*?\./, ''));
  const alone = /^\*?\./.test(name);
  return host.endsWith(`.${wanted}`) || (!alone && host === wanted);
}

/** Whether an address lies in a network in CIDR form; names and other families never do. */
export function isInNetwork(cidr: string, host: string): boolean {
  const isInside = networks.get(cidr) ?? networksOf([cidr]);
  networks.set(cidr, isInside);
  return isInside(host);
}

/** Made once: every new connection asks, and there are as many as a spec and NO_PROXY name. */
const networks = new Map<string, (address: string) => boolean>();
