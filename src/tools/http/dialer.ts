/**
 * The one place that opens connections for catalyst's own calls: HTTP, registries, S3, Hetzner and Kubernetes. A connect-to rule of
 * the spec wins; else the proxy of the environment is used unless NO_PROXY or loopback says otherwise; else it is direct.
 * Whatever way a connection takes, its certificate is checked against the name in the URL.
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createConnection, isIP, type Socket } from 'node:net';
import { checkServerIdentity, createSecureContext, type SecureContext } from 'node:tls';
import { fail } from '../../support/errors/errors.js';
import { authoritiesFile, trustedAuthorities } from './authorities.js';
import { type ConnectRule, type Dial, dialFor } from './connect-to.js';
import { bareHost, proxyFor, proxyUrl, shownProxy } from './proxies.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface DialerOptions {
  connectTo: readonly ConnectRule[];
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
  /** There are connect-to rules, which programs like git and helm do not know by themselves. */
  readonly ruled: boolean;
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

export function createDialer({ connectTo, caBundle, env = {} }: DialerOptions): Dialer {
  let authorities: SecureContext | undefined;
  // Parsed once: a copy for each connection is several MB outside the heap, and the Definition of Done opens hundreds.
  const secureContext = () => {
    authorities ??= createSecureContext({ ca: trustedAuthorities(caBundle) });
    return authorities;
  };
  const way = (url: URL): Way => {
    const dial = dialFor(connectTo, bareHost(url.hostname), portOf(url));
    return dial.moved ? dial : { ...dial, proxy: proxyFor(url, env) };
  };
  const agents = (tls: AgentOptions = {}): AgentFor => {
    const made = new Map<string, Promise<HttpAgent>>();
    return (url) => {
      const { proxy } = way(url);
      const key = `${url.protocol} ${proxy?.href ?? ''}`;
      const known = made.get(key);
      if (known) return known;
      const secure = url.protocol === 'https:';
      const trust = secure && tls.ca === undefined && tls.cert === undefined ? { secureContext: secureContext() } : {};
      const fresh = agentFor(secure, proxy, connectTo, { keepAlive: true, ...trust, ...tls });
      made.set(key, fresh);
      return fresh;
    };
  };
  return {
    ruled: connectTo.length > 0,
    authoritiesFile: () => authoritiesFile(caBundle, env),
    way,
    agents,
    tcp(host, port) {
      const { proxy, ...dial } = way(new URL(`https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`));
      return proxy ? tunnel(proxy, host, port) : plain(dial);
    },
    told(url) {
      const { moved, host, port, proxy } = way(url);
      if (moved) return ` (dialed as ${host}:${port})`;
      return proxy ? ` (through the proxy ${shownProxy(proxy)})` : '';
    },
  };
}

/** Agents for one server whose way is given and not looked for: `proxy-url` of a kubeconfig. Throws E3007 for no proxy. */
export function agentsThrough(proxy: string, tls: AgentOptions): AgentFor {
  const url = proxyUrl(proxy);
  if (!url) throw fail('E3007', `"${proxy}" is not the address of a proxy.`);
  let made: Promise<HttpAgent> | undefined;
  return ({ protocol }) => {
    made ??= agentFor(protocol === 'https:', url, [], { keepAlive: true, ...tls });
    return made;
  };
}

async function agentFor(
  secure: boolean,
  proxy: URL | undefined,
  rules: readonly ConnectRule[],
  options: AgentOptions,
): Promise<HttpAgent> {
  if (proxy === undefined) return ruled(secure ? new HttpsAgent(options) : new HttpAgent(options), rules);
  if (proxy.protocol.startsWith('socks')) {
    const { SocksProxyAgent } = await import('socks-proxy-agent');
    return new SocksProxyAgent(proxy, options) as HttpAgent;
  }
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')
    throw fail(
      'E3007',
      `The proxy ${shownProxy(proxy)} is of a kind that is not supported; use http, https or socks5.`,
    );
  const through = { ...options, proxyEnv: { HTTP_PROXY: proxy.href, HTTPS_PROXY: proxy.href } };
  return secure ? new HttpsAgent(through) : new HttpAgent(through);
}

/** The agent itself, dialing where the rules lead. */
function ruled(agent: HttpAgent, rules: readonly ConnectRule[]): HttpAgent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    const named = String(options.host ?? 'localhost');
    const { moved, host, port } = dialFor(rules, named, Number(options.port));
    if (!moved) return connect(options, done);
    // The certificate has to name whom the URL names; SNI cannot say that when it is an address. Plain HTTP looks at none of it.
    const { checkServerIdentity: given } = options as AgentOptions;
    const check: AgentOptions['checkServerIdentity'] =
      given ?? ((_dialed, leaf) => checkServerIdentity(bareHost(named), leaf));
    return connect({ ...options, host, port, checkServerIdentity: check } as typeof options, done);
  };
  return agent;
}

const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

function plain({ host, port }: Dial): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, timeout: tunnelMs });
    socket.once('error', reject);
    socket.once('timeout', () =>
      socket.destroy(new Error(`no connection to ${host}:${port} within ${tunnelMs / 1000}s`)),
    );
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

const tunnelMs = 30_000;

async function tunnel(proxy: URL, host: string, port: number): Promise<Socket> {
  if (proxy.protocol.startsWith('socks'))
    throw fail('E3007', `git and helm cannot use ${shownProxy(proxy)}: they need an http proxy.`);
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
    asked.once('error', reject);
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
