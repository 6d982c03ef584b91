/** Reads a kubeconfig: where the API server is and who we are. Exec plugins go through the Kubernetes library, the rest is read here. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fail, messageOf } from '../support/errors.js';
import { parseYamlStream, toYaml } from '../support/yaml.js';
import { type ConnectRule, dialFor } from './connect-to.js';

type Fields = Record<string, unknown>;
interface Kubeconfig {
  'current-context'?: string;
  clusters?: { name: string; cluster: Fields }[];
  users?: { name: string; user: Fields }[];
  contexts?: { name: string; context: { cluster?: string; user?: string } }[];
  [key: string]: unknown;
}

export interface KubeAccess {
  server: string;
  /** Name in the server's certificate when it is not the host that is dialled. */
  serverName?: string;
  ca?: string;
  cert?: string;
  key?: string;
  insecure?: boolean;
  /** Headers for one request: a bearer token, from file or exec plugin when it is one. */
  headers(): Promise<Record<string, string>>;
}

/** Throws E3101 when the file is not a kubeconfig or its context is missing. */
export function readKubeconfig(path: string, context?: string): KubeAccess {
  const config = parse(textOf(path), path);
  const { name, cluster, user } = choose(config, path, context);
  const server = String(cluster.server).replace(/\/$/, '');
  const pem = (data: unknown, file: unknown): string | undefined => {
    if (typeof data === 'string') return Buffer.from(data, 'base64').toString('utf8');
    return typeof file === 'string' ? textOf(resolve(dirname(path), file)) : undefined;
  };
  return {
    server,
    serverName: cluster['tls-server-name'] as string | undefined,
    ca: pem(cluster['certificate-authority-data'], cluster['certificate-authority']),
    cert: pem(user['client-certificate-data'], user['client-certificate']),
    key: pem(user['client-key-data'], user['client-key']),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    headers: async () => {
      if (user.exec || user['auth-provider']) return pluginHeaders(path, name);
      const file = user.tokenFile;
      const token = typeof file === 'string' ? textOf(resolve(dirname(path), file)).trim() : user.token;
      if (typeof token === 'string' && token !== '') return { authorization: `Bearer ${token}` };
      if (typeof user.username !== 'string') return {};
      return { authorization: `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}` };
    },
  };
}

/** Address and authority (PEM) in the text of a kubeconfig. Throws E3101 when it is none. */
export function kubeconfigAddress(text: string): Pick<KubeAccess, 'server' | 'ca'> {
  const { cluster } = choose(parse(text, 'given'), 'given');
  const ca = cluster['certificate-authority-data'];
  return {
    server: String(cluster.server).replace(/\/$/, ''),
    ca: typeof ca === 'string' ? Buffer.from(ca, 'base64').toString('utf8') : undefined,
  };
}

/** Names of its contexts. Throws E3101 when the file is not a kubeconfig. */
export function kubeconfigContexts(path: string): string[] {
  return (parse(textOf(path), path).contexts ?? []).map(({ name }) => name);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw fail('E3101', `The kubeconfig ${path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
}

function parse(text: string, path: string): Kubeconfig {
  try {
    const value = parseYamlStream(text)[0];
    if (typeof value === 'object' && value !== null) return value as Kubeconfig;
    throw new Error('it is not a YAML map');
  } catch (cause) {
    throw fail('E3101', `The kubeconfig ${path} is damaged: ${messageOf(cause)}.`, { cause });
  }
}

function choose(config: Kubeconfig, path: string, context?: string) {
  const name = context ?? config['current-context'];
  const chosen = config.contexts?.find((entry) => entry.name === name)?.context;
  const cluster = config.clusters?.find((entry) => entry.name === chosen?.cluster)?.cluster;
  const user = config.users?.find((entry) => entry.name === chosen?.user)?.user ?? {};
  if (typeof cluster?.server !== 'string') {
    const known = config.contexts?.map((entry) => entry.name).join(', ') || 'none';
    throw fail('E3101', `The kubeconfig ${path} has no context "${name ?? ''}" with a server; it has: ${known}.`, {
      actions: ['Set spec.mother.context, or choose another file by --kubeconfig or --mother-kubeconfig'],
    });
  }
  return { name, cluster, user };
}

async function pluginHeaders(path: string, context: string | undefined): Promise<Record<string, string>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(path);
  if (context) config.setCurrentContext(context);
  const options: { headers: Record<string, string>; method: string } = { headers: {}, method: 'GET' };
  await config.applyToHTTPSOptions(options as never);
  return Object.fromEntries(
    Object.entries(options.headers).map(([header, value]) => [header.toLowerCase(), String(value)]),
  );
}

/** The same kubeconfig with its servers dialled by the connectTo rules; certificates are still checked against the old name. */
export function redirectKubeconfig(text: string, rules: readonly ConnectRule[], context?: string): string {
  const config = parse(text, 'given');
  const clusters = (config.clusters ?? []).map(({ name, cluster }) => {
    if (typeof cluster.server !== 'string') return { name, cluster };
    const url = new URL(cluster.server);
    const at = dialFor(rules, url.hostname, Number(url.port || (url.protocol === 'http:' ? 80 : 443)));
    if (!at.moved) return { name, cluster };
    const host = at.host.includes(':') ? `[${at.host}]` : at.host;
    const path = url.pathname === '/' ? '' : url.pathname;
    const server = `${url.protocol}//${host}:${at.port}${path}`;
    return { name, cluster: { 'tls-server-name': url.hostname.replace(/^\[|\]$/g, ''), ...cluster, server } };
  });
  return toYaml({ ...config, clusters, ...(context ? { 'current-context': context } : {}) });
}
