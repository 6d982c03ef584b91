/**
 * The one place that opens connections for catalyst's own calls: HTTP, registries, S3, Hetzner and Kubernetes. A connect-to rule of
 * the spec wins; else the proxy of the environment is used unless NO_PROXY or loopback says otherwise; else it is direct.
 * Whatever way a connection takes, its certificate is checked against the name in the URL.
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, createSecureContext, type SecureContext } from 'node:tls';
import { fail } from '../../support/errors/errors.js';
import { authoritiesFile, trustedAuthorities } from './authorities.js';
import { type ConnectRule, type Dial, dialFor } from './connect-to.js';
import { addressesOf, dialText, isOwnWay, openConnection, type Ways } from './open-connection.js';
import type { OwnNames } from './own-names.js';
import { bareHost, proxyFor, proxyUrl, shownProxy } from './proxies.js';
import { unreachable } from './proxy-refusal.js';
import { connectBySocks, isSocks } from './socks.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface DialerOptions {
  connectTo: readonly ConnectRule[];
  /** `host:port` of the DNS server that resolves public names; default: this machine's resolver. */
  resolver?: string;
  names?: OwnNames;
  /** PEM, trusted beside the system's authorities. */
  caBundle?: string;
  /** Where the proxies are named; default: none are. */
  env?: Environment;
}

export interface Way extends Dial {
  /** Through which proxy; `moved` ways never have one. */
  proxy?: URL;
}

/** An agent for each request, made once for each way. */
export type AgentFor = (url: URL) => Promise<HttpAgent>;

export interface Dialer {
  /** Whether there is a way there that programs like git and helm do not know by themselves. */
  ruled(url: string): boolean;
  /** Authorities for programs that take a file of them (PEM); undefined when they know all of ours by themselves. */
  authoritiesFile(): string | undefined;
  way(url: URL): Way;
  /** `tls` holds for all connections of these agents; by default connections are kept for further requests. */
  agents(tls?: AgentOptions): AgentFor;
  /** A plain connection for a protocol of its own inside: by the rules, or through the proxy for https. */
  tcp(host: string, port: number): Promise<Socket>;
  /** In words, for messages: ` (dialed as …)`, ` (through the proxy …)`, or nothing. */
  told(url: URL): string;
}

export function createDialer({ connectTo, resolver, names, caBundle, env = {} }: DialerOptions): Dialer {
  const ways: Ways = { rules: connectTo, ...(resolver === undefined ? {} : { resolver }), ...(names ? { names } : {}) };
  /** Rules for networks go by the address, which this machine finds; a proxy would be given the name. */
  const byAddress = resolver !== undefined && connectTo.some(({ host }) => host?.includes('/') === true);
  let authorities: SecureContext | undefined;
  // Parsed once: a copy for each connection is several MB outside the heap, and the Definition of Done opens hundreds.
  const secureContext = () => {
    authorities ??= createSecureContext({ ca: trustedAuthorities(caBundle) });
    return authorities;
  };
  const way = (url: URL): Way => {
    const dial = dialFor(connectTo, bareHost(url.hostname), portOf(url));
    return dial.moved || byAddress ? dial : { ...dial, proxy: proxyFor(url, env) };
  };
  const agents = (tls: AgentOptions = {}): AgentFor => {
    const made = new Map<string, Promise<HttpAgent>>();
    return (url) => {
      const { proxy, host, port } = way(url);
      const isOwnName = proxy !== undefined && names?.covers(host, port) === true;
      const key = `${url.protocol} ${proxy?.href ?? ''} ${isOwnName}`;
      const known = made.get(key);
      if (known) return known;
      const secure = url.protocol === 'https:';
      const trust = secure && tls.secureContext === undefined ? { secureContext: secureContext() } : {};
      const settings = { keepAlive: true, ...trust, ...tls };
      const fresh = isOwnName
        ? Promise.resolve(viaProxy(secure, settings, (at, on) => throughProxy(proxy, ways, at, on)))
        : agentFor(secure, proxy, ways, settings);
      made.set(key, fresh);
      return fresh;
    };
  };
  return {
    ruled(url) {
      if (connectTo.length > 0 || resolver !== undefined) return true;
      // charts and images come from an `oci://` address, which is one of https
      const at = URL.canParse(url) ? new URL(url.replace(/^oci:/, 'https:')) : undefined;
      return at !== undefined && names?.covers(bareHost(at.hostname), portOf(at)) === true;
    },
    authoritiesFile: () => authoritiesFile(caBundle, env),
    way,
    agents,
    tcp(host, port) {
      const { proxy } = way(new URL(`https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`));
      return proxy ? throughProxy(proxy, ways, host, port) : openConnection(ways, host, port);
    },
    told(url) {
      const { proxy, ...dial } = way(url);
      const own = !dial.moved && names?.covers(dial.host, dial.port) ? names.told(dial.host) : '';
      return `${own}${proxy ? ` (through the proxy ${shownProxy(proxy)})` : dialText(dial)}`;
    },
  };
}

/** Agents for one server whose way is given and not looked for: `proxy-url` of a kubeconfig. Throws E3007 for no proxy. */
export function agentsThrough(proxy: string, tls: AgentOptions): AgentFor {
  const url = proxyUrl(proxy);
  if (!url) throw fail('E3007', `"${proxy}" is not the address of a proxy.`);
  let made: Promise<HttpAgent> | undefined;
  return ({ protocol }) => {
    made ??= agentFor(protocol === 'https:', url, { rules: [] }, { keepAlive: true, ...tls });
    return made;
  };
}

async function agentFor(
  secure: boolean,
  proxy: URL | undefined,
  ways: Ways,
  options: AgentOptions,
): Promise<HttpAgent> {
  if (proxy === undefined) return ruled(secure ? new HttpsAgent(options) : new HttpAgent(options), secure, ways);
  if (isSocks(proxy)) return viaProxy(secure, options, (host, port) => connectBySocks(proxy, { host, port }, tunnelMs));
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')
    throw fail(
      'E3007',
      `The proxy ${shownProxy(proxy)} is of a kind that is not supported; use http, https or socks5.`,
    );
  const through = { ...options, proxyEnv: { HTTP_PROXY: proxy.href, HTTPS_PROXY: proxy.href } };
  return namingProxy(secure ? new HttpsAgent(through) : new HttpAgent(through), proxy);
}

/** The agent itself, whose errors on the way to the proxy name it. */
function namingProxy(agent: HttpAgent, proxy: URL): HttpAgent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) =>
    connect(options, (error, socket) =>
      done?.(error && unreachable(shownProxy(proxy), String(options.host), error), socket),
    );
  return agent;
}

/** An agent for names that a proxy does not find: it is asked for their address. */
function viaProxy(
  secure: boolean,
  options: AgentOptions,
  open: (host: string, port: number) => Promise<Socket>,
): HttpAgent {
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (settings, done) =>
    useConnection(connect, secure, settings, open(String(settings.host), Number(settings.port)), done);
  return agent;
}

type Connect = HttpAgent['createConnection'];

/** TLS inside it checks the name in `options`; without TLS the connection is it already. */
function useConnection(
  connect: Connect,
  secure: boolean,
  options: Parameters<Connect>[0],
  opening: Promise<Socket>,
  done: Parameters<Connect>[1],
): undefined {
  opening
    .then((socket) => (secure ? connect({ ...options, socket } as typeof options) : socket))
    .then(
      (socket) => done?.(null, socket!),
      (error: Error) => done?.(error, undefined as never),
    );
  return undefined;
}

async function throughProxy(proxy: URL, ways: Ways, host: string, port: number): Promise<Socket> {
  const covered = ways.names?.covers(host, port) === true;
  const [address = host] = covered ? await addressesOf(ways, { host, port, moved: false }) : [];
  return tunnel(proxy, address, port);
}

/** The agent itself, dialing where the rules lead. */
function ruled(agent: HttpAgent, secure: boolean, ways: Ways): HttpAgent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    const named = String(options.host ?? 'localhost');
    const dial = dialFor(ways.rules, named, Number(options.port));
    if (isOwnWay(ways, dial)) {
      const family = options.family === 4 || options.family === 6 ? options.family : undefined;
      const opening = openConnection(ways, named, Number(options.port), family);
      return useConnection(connect, secure, options, opening, done);
    }
    if (!dial.moved) return connect(options, done);
    // The certificate has to name whom the URL names; SNI cannot say that when it is an address. Plain HTTP looks at none of it.
    const { checkServerIdentity: given } = options as AgentOptions;
    const check: AgentOptions['checkServerIdentity'] =
      given ?? ((_dialed, leaf) => checkServerIdentity(bareHost(named), leaf));
    const { host, port } = dial;
    return connect({ ...options, host, port, checkServerIdentity: check } as typeof options, done);
  };
  return agent;
}

const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

const tunnelMs = 30_000;

async function tunnel(proxy: URL, host: string, port: number): Promise<Socket> {
  if (isSocks(proxy)) return connectBySocks(proxy, { host, port }, tunnelMs);
  const at = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const headers = {
    host: at,
    ...(proxy.username ? { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` } : {}),
  };
  const start = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  const where = { host: bareHost(proxy.hostname), port: portOf(proxy), method: 'CONNECT', path: at, headers };
  return new Promise((resolve, reject) => {
    const asked = start({ ...where, agent: false, signal: AbortSignal.timeout(tunnelMs) });
    asked.once('error', (error) => reject(unreachable(shownProxy(proxy), host, error)));
    asked.once('connect', (answer, socket) => {
      if (answer.statusCode === 200) return resolve(socket as Socket);
      socket.destroy();
      reject(new Error(`the proxy ${shownProxy(proxy)} answered ${answer.statusCode} for ${at}`));
    });
    asked.once('response', (answer) => {
      answer.resume();
      reject(new Error(`the proxy ${shownProxy(proxy)} answered ${answer.statusCode} for ${at}`));
    });
    asked.end();
  });
}
