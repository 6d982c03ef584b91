/** Kubeconfigs the way kubectl reads them: where the API server is, how it is reached, and who we are there. */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import { checkShape } from '../../support/check-shape.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { parseYamlStream } from '../../support/yaml/read-yaml.js';
import { createCredentialPlugin, execSchema, type PluginRunner } from './exec-credential.js';

export type Fields = Record<string, unknown>;
export interface Kubeconfig {
  'current-context'?: string;
  clusters: { name: string; cluster: Fields }[];
  /** `file`: where the entry stood; plugins are named relative to it. */
  users: { name: string; user: Fields; file?: string }[];
  contexts: { name: string; context: { cluster?: string; user?: string } }[];
}

/** Who we are for one connection. */
export interface KubeIdentity {
  cert?: string;
  key?: string;
  headers: Record<string, string>;
}

export interface KubeAccess {
  server: string;
  /** Name in the server's certificate when it is not the host that is dialed. */
  serverName?: string;
  ca?: string;
  /** `insecure-skip-tls-verify`: whoever answers there is believed. */
  insecure?: boolean;
  /** `proxy-url`: the way there, whatever the environment says. */
  proxyUrl?: string;
  /** A certificate that is in the kubeconfig itself. */
  cert?: string;
  key?: string;
  /** The identity may change while we run: a plugin gives it, or a file that others renew. */
  renewable: boolean;
  /** `again`: the server refused the last one. `forMs`: how much longer it has to last at least. */
  identity(wish?: { again?: boolean; forMs?: number }): Promise<KubeIdentity>;
  /** The parts of the kubeconfig that were chosen, paths made absolute. */
  chosen: { context: string; cluster: Fields; user: Fields };
}

/**
 * @param path one file, or a list of them as KUBECONFIG has it: of each entry the first one counts
 * Throws E3101 when nothing there is a kubeconfig or the context is missing.
 */
export function readKubeconfig(path: string, context?: string, runner?: PluginRunner): KubeAccess {
  const config = load(path);
  const { name, cluster, user, file } = choose(config, path, context);
  const pem = (data: unknown, file: unknown): string | undefined => {
    if (typeof data === 'string' && data !== '') return Buffer.from(data, 'base64').toString('utf8');
    return typeof file === 'string' && file !== '' ? textOf(file) : undefined;
  };
  const cert = pem(user['client-certificate-data'], user['client-certificate']);
  const key = pem(user['client-key-data'], user['client-key']);
  return {
    server: serverOf(cluster),
    serverName: text(cluster['tls-server-name']),
    ca: pem(cluster['certificate-authority-data'], cluster['certificate-authority']),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    proxyUrl: text(cluster['proxy-url']),
    cert,
    key,
    renewable:
      user['exec'] !== undefined || user['auth-provider'] !== undefined || text(user['tokenFile']) !== undefined,
    identity: identityOf({ path, file, name, cluster, user, runner, own: { cert, key } }),
    chosen: { context: name, cluster, user },
  };
}

/** Address and authority (PEM) in the text of a kubeconfig. Throws E3101 when it is none. */
export function kubeconfigAddress(content: string): Pick<KubeAccess, 'server' | 'ca'> {
  const { cluster } = choose(parseKubeconfig(content, 'given'), 'given');
  const ca = cluster['certificate-authority-data'];
  return {
    server: serverOf(cluster),
    ca: typeof ca === 'string' ? Buffer.from(ca, 'base64').toString('utf8') : undefined,
  };
}

/** Names of its contexts; `path` may be a list. Throws E3101 when a file of it is not a kubeconfig. */
export function kubeconfigContexts(path: string): string[] {
  return load(path).contexts.map(({ name }) => name);
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const serverOf = (cluster: Fields) => String(cluster['server']).replace(/\/$/, '');

function identityOf(of: {
  path: string;
  file: string;
  name: string;
  cluster: Fields;
  user: Fields;
  runner?: PluginRunner;
  own: { cert?: string; key?: string };
}): KubeAccess['identity'] {
  const { user, own, runner } = of;
  if (user['exec'] !== undefined) {
    const config = checkShape(execSchema, user['exec']);
    if (!config.success) throw fail('E3101', `The kubeconfig ${of.path} has an "exec" that names no program.`);
    const { command } = config.data;
    if (!runner)
      throw fail(
        'E3101',
        `The kubeconfig ${of.path} needs its login plugin ${command}, which catalyst does not run here.`,
      );
    const plugin = createCredentialPlugin(config.data, of.file, of.cluster, runner);
    return async (wish) => {
      const { token, cert, key } = await plugin.credential(wish);
      const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
      return { cert: cert ?? own.cert, key: key ?? own.key, headers };
    };
  }
  if (user['auth-provider'] !== undefined) return () => byLibrary(of.path, of.name, own);
  return async () => ({ ...own, headers: staticHeaders(user) });
}

function staticHeaders(user: Fields): Record<string, string> {
  const file = text(user['tokenFile']);
  const token = file === undefined ? text(user['token']) : textOf(file).trim();
  if (token) return { authorization: `Bearer ${token}` };
  if (typeof user['username'] !== 'string') return {};
  const login = `${user['username']}:${user['password'] ?? ''}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

/** Providers that Kubernetes gave up, and OpenID Connect. */
async function byLibrary(path: string, context: string, own: { cert?: string; key?: string }): Promise<KubeIdentity> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(filesOf(path)[0] ?? path);
  config.setCurrentContext(context);
  const options: Fields & { headers: Record<string, string> } = { headers: {}, method: 'GET' };
  await config.applyToHTTPSOptions(options as never);
  const headers = Object.fromEntries(
    Object.entries(options.headers).map(([header, value]) => [header.toLowerCase(), String(value)]),
  );
  const pem = (value: unknown) => (value === undefined ? undefined : String(value));
  return { cert: pem(options['cert']) ?? own.cert, key: pem(options['key']) ?? own.key, headers };
}

const filesOf = (path: string) => path.split(delimiter).filter(Boolean);

function load(path: string): Kubeconfig {
  const files = filesOf(path);
  // as kubectl: of a list, files that are not there are passed over
  const there = files.length > 1 ? files.filter((file) => existsSync(file)) : files;
  const merged: Kubeconfig = { clusters: [], users: [], contexts: [] };
  for (const file of there) {
    const one = absolute(parseKubeconfig(textOf(file), file), file);
    merged['current-context'] ||= one['current-context'];
    for (const list of ['clusters', 'users', 'contexts'] as const)
      for (const entry of one[list])
        if (!merged[list].some(({ name }) => name === entry.name)) (merged[list] as (typeof entry)[]).push(entry);
  }
  return merged;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw fail('E3101', `The kubeconfig ${path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
}

/** Throws E3101 for what is no kubeconfig. */
export function parseKubeconfig(content: string, path: string): Kubeconfig {
  try {
    const value = parseYamlStream(content)[0];
    if (typeof value !== 'object' || value === null) throw new Error('it is not a YAML map');
    const list = <T>(key: string, of: string): T[] =>
      (((value as Fields)[key] ?? []) as Fields[]).map((entry) => {
        if (typeof entry?.['name'] !== 'string') throw new Error(`an entry of "${key}" has no name`);
        return { ...entry, [of]: entry[of] ?? {} } as T;
      });
    return {
      ...value,
      clusters: list('clusters', 'cluster'),
      users: list('users', 'user'),
      contexts: list('contexts', 'context'),
    };
  } catch (cause) {
    throw fail('E3101', `The kubeconfig ${path} is damaged: ${messageOf(cause)}.`, { cause });
  }
}

/** Paths in a kubeconfig are meant from where it lies. */
function absolute(config: Kubeconfig, file: string): Kubeconfig {
  const at = dirname(resolve(file));
  const from = (fields: Fields, keys: readonly string[]): Fields => {
    const moved = keys.flatMap((key) => (text(fields[key]) ? [[key, resolve(at, fields[key] as string)]] : []));
    return { ...fields, ...Object.fromEntries(moved) };
  };
  return {
    ...config,
    clusters: config.clusters.map(({ name, cluster }) => ({ name, cluster: from(cluster, ['certificate-authority']) })),
    users: config.users.map(({ name, user }) => ({
      name,
      user: from(user, ['client-certificate', 'client-key', 'tokenFile']),
      file: resolve(file),
    })),
  };
}

function choose(config: Kubeconfig, path: string, context?: string) {
  const name = context ?? config['current-context'] ?? '';
  const chosen = config.contexts.find((entry) => entry.name === name)?.context;
  const cluster = config.clusters.find((entry) => entry.name === chosen?.cluster)?.cluster;
  const { user = {}, file = path } = config.users.find((entry) => entry.name === chosen?.user) ?? {};
  if (typeof cluster?.['server'] !== 'string') {
    const known = config.contexts.map((entry) => entry.name).join(', ') || 'none';
    throw fail('E3101', `The kubeconfig ${path} has no context "${name}" with a server; it has: ${known}.`, {
      actions: ['Set spec.mother.context, or choose another file by --kubeconfig or --mother-kubeconfig'],
    });
  }
  return { name, cluster, user, file };
}
