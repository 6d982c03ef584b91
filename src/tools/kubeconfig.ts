/** Reads a kubeconfig: where the API server is and who we are. Static credentials are read here; exec plugins through the Kubernetes library. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fail, messageOf } from '../support/errors.js';
import { parseYamlStream, toYaml } from '../support/yaml.js';
import { type ConnectRule, dialFor } from './connect-to.js';

interface Named<K extends string> {
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: read field by field below
  [key: string]: any | K;
}
interface Kubeconfig {
  'current-context'?: string;
  clusters?: Named<'cluster'>[];
  users?: Named<'user'>[];
  contexts?: Named<'context'>[];
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
  let config: Kubeconfig;
  try {
    config = (parseYamlStream(readFileSync(path, 'utf8'))[0] ?? {}) as Kubeconfig;
  } catch (error) {
    throw fail('E3101', `The kubeconfig ${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  const name = context ?? config['current-context'];
  const chosen = config.contexts?.find((entry) => entry.name === name)?.context;
  const cluster = config.clusters?.find((entry) => entry.name === chosen?.cluster)?.cluster;
  const user = config.users?.find((entry) => entry.name === chosen?.user)?.user ?? {};
  if (typeof cluster?.server !== 'string') {
    const known = config.contexts?.map((entry) => entry.name).join(', ') || 'none';
    throw fail('E3101', `The kubeconfig ${path} has no context "${name ?? ''}" with a server; it has: ${known}.`, {
      actions: ['set spec.mother.context, or choose another file by --kubeconfig / --mother-kubeconfig'],
    });
  }
  const pem = (data: unknown, file: unknown): string | undefined => {
    if (typeof data === 'string') return Buffer.from(data, 'base64').toString('utf8');
    return typeof file === 'string' ? readFileSync(resolve(dirname(path), file), 'utf8') : undefined;
  };
  const tokenOf = () =>
    typeof user.tokenFile === 'string'
      ? readFileSync(resolve(dirname(path), user.tokenFile), 'utf8').trim()
      : user.token;
  return {
    server: cluster.server.replace(/\/$/, ''),
    serverName: cluster['tls-server-name'],
    ca: pem(cluster['certificate-authority-data'], cluster['certificate-authority']),
    cert: pem(user['client-certificate-data'], user['client-certificate']),
    key: pem(user['client-key-data'], user['client-key']),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    headers: async () => {
      if (user.exec || user['auth-provider']) return pluginHeaders(path, name);
      const token = tokenOf();
      return typeof token === 'string' && token !== '' ? { authorization: `Bearer ${token}` } : {};
    },
  };
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

/** The same kubeconfig with its server dialled by the connectTo rules; the certificate is still checked against the old name. */
export function redirectKubeconfig(text: string, server: string | undefined, rules: readonly ConnectRule[]): string {
  const config = parseYamlStream(text)[0] as Kubeconfig;
  for (const entry of config.clusters ?? []) {
    const url = new URL(server ?? entry.cluster.server);
    const port = Number(url.port || 443);
    const target = dialFor(rules, url.hostname, port);
    entry.cluster = {
      ...entry.cluster,
      server: `https://${target.host}:${target.port}`,
      ...(target.moved && entry.cluster['tls-server-name'] === undefined ? { 'tls-server-name': url.hostname } : {}),
    };
  }
  return toYaml(config);
}
