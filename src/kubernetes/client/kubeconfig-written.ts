/** Kubeconfigs that catalyst writes for kubectl and helm: what was read, with nothing left for them to look up or to run. */
import { toYaml } from '../../support/yaml/write-yaml.js';
import { type ConnectRule, dialFor } from '../../tools/dialer/connect-to.js';
import { bareHost } from '../../tools/dialer/proxies.js';
import { type KubeAccess, type KubeIdentity, parseKubeconfig } from './kubeconfig.js';

/** One context alone. What a plugin gave stands in it, so that no child runs the plugin: it holds a secret, 0600. */
export function standaloneKubeconfig({ chosen, renewable }: KubeAccess, { cert, key, headers }: KubeIdentity): string {
  const { context, cluster, user } = chosen;
  const token = headers['authorization']?.replace(/^Bearer /, '');
  const base64 = (pem: string) => Buffer.from(pem).toString('base64');
  const given = {
    ...(token ? { token } : {}),
    ...(cert && key ? { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } : {}),
  };
  return toYaml({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'user', user: renewable ? given : user }],
    contexts: [{ name: context, context: { cluster: 'cluster', user: 'user' } }],
  });
}

/** The same kubeconfig with its servers dialed by the connectTo rules; certificates are still checked against the old name. */
export function redirectKubeconfig(text: string, rules: readonly ConnectRule[], context?: string): string {
  const config = parseKubeconfig(text, 'given');
  const clusters = config.clusters.map(({ name, cluster }) => {
    if (typeof cluster['server'] !== 'string') return { name, cluster };
    const url = new URL(cluster['server']);
    const at = dialFor(rules, url.hostname, Number(url.port || (url.protocol === 'http:' ? 80 : 443)));
    if (!at.moved) return { name, cluster };
    const named = bareHost(url.hostname);
    const path = url.pathname === '/' ? '' : url.pathname;
    const server = `${url.protocol}//${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}${path}`;
    const through = at.through ? { 'proxy-url': at.through.href } : {};
    const checked = at.host === named ? {} : { 'tls-server-name': named };
    return { name, cluster: { ...checked, ...through, ...cluster, server } };
  });
  return toYaml({ ...config, clusters, ...(context ? { 'current-context': context } : {}) });
}
