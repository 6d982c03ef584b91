/**
 * What SPIRE's chart 0.30.0 makes of our values: server.conf and agent.conf, and the rights of both ServiceAccounts (spiffe/helm-charts-hardened,
 * charts/spire/charts/spire-{server,agent}/templates/{configmap,roles}.yaml). What stands here without a value is the chart's own default.
 */
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';

export interface SpireValues {
  global: {
    spire: {
      trustDomain: string;
      clusterName: string;
      jwtIssuer: string;
      caSubject: { country?: string; organization: string; commonName: string };
    };
  };
  'spire-server': { dataStore: { sql: { databaseType: 'sqlite3' } } };
}

/** Namespace of the release. */
export const namespace = 'spire-system';
export const accounts = { server: 'spire-server', agent: 'spire-agent' };
const bundle = 'spire-bundle';

export type Conf = Record<'server' | 'agent' | 'plugins' | 'health_checks', Record<string, unknown>>;

/** A plugin with its settings. */
const plugin = (name: string, settings: object | null) => [{ [name]: { plugin_data: settings } }];
const health = (port: string) => ({
  ...{ listener_enabled: true, bind_address: '0.0.0.0', bind_port: port },
  ...{ live_path: '/live', ready_path: '/ready' },
});
const logging = { log_level: 'info', log_format: 'text' };

export function serverConf({ global: { spire }, 'spire-server': { dataStore } }: SpireValues): Partial<Conf> {
  const { country = 'ARPA', organization, commonName } = spire.caSubject;
  return {
    server: {
      ...{ bind_address: '0.0.0.0', bind_port: '8081', trust_domain: spire.trustDomain, data_dir: '/run/spire/data' },
      ...logging,
      ...{ jwt_issuer: spire.jwtIssuer, disable_jwt_svids: false, audit_log_enabled: false },
      ...{ ca_key_type: 'rsa-2048', ca_ttl: '24h', default_x509_svid_ttl: '4h', default_jwt_svid_ttl: '1h' },
      ca_subject: [{ country: [country], organization: [organization], common_name: commonName }],
      ratelimit: { attestation: true, signing: true },
    },
    plugins: {
      DataStore: plugin('sql', {
        database_type: dataStore.sql.databaseType,
        connection_string: '/run/spire/data/datastore.sqlite3',
        ...{ max_open_conns: 100, max_idle_conns: 2, disable_migration: false },
      }),
      NodeAttestor: plugin('k8s_psat', {
        clusters: [
          {
            [spire.clusterName]: {
              service_account_allow_list: [`${namespace}:${accounts.agent}`],
              ...{ audience: ['spire-server'], allowed_node_label_keys: [], allowed_pod_label_keys: [] },
            },
          },
        ],
      }),
      KeyManager: plugin('disk', { keys_path: '/run/spire/data/keys.json' }),
      BundlePublisher: plugin('k8s_configmap', {
        clusters: [
          { 'chart-internal': { namespace, configmap_name: bundle, configmap_key: 'bundle.spiffe', format: 'spiffe' } },
        ],
      }),
    },
    health_checks: health('8080'),
  };
}

export function agentConf({ global: { spire } }: SpireValues): Partial<Conf> {
  return {
    agent: {
      ...{ data_dir: '/var/lib/spire', trust_domain: spire.trustDomain, ...logging },
      ...{ server_address: `spire-server.${namespace}`, server_port: '443' },
      socket_path: '/tmp/spire-agent/public/spire-agent.sock',
      ...{ trust_bundle_path: '/run/spire/bundle/bundle.spiffe', trust_bundle_format: 'spiffe' },
      ...{ rebootstrap_mode: 'always', rebootstrap_delay: '10m' },
    },
    plugins: {
      KeyManager: plugin('memory', null),
      NodeAttestor: plugin('k8s_psat', { cluster: spire.clusterName }),
      WorkloadAttestor: plugin('k8s', {
        ...{ skip_kubelet_verification: true, disable_container_selectors: false },
        ...{ use_new_container_locator: true, verbose_container_locator_logs: false },
      }),
    },
    health_checks: health('9982'),
  };
}

const api = 'rbac.authorization.k8s.io';
type Rule = { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] };

function granted(name: string, account: string, rule: Rule[], inNamespace?: string): KubeObject[] {
  const [role, binding] = inNamespace ? ['Role', 'RoleBinding'] : ['ClusterRole', 'ClusterRoleBinding'];
  const metadata = { name, ...(inNamespace ? { namespace: inNamespace } : {}) };
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace }];
  return [
    { apiVersion: `${api}/v1`, kind: role, metadata, rules: rule },
    { apiVersion: `${api}/v1`, kind: binding, metadata, subjects, roleRef: { apiGroup: api, kind: role, name } },
  ] as KubeObject[];
}

/** ServiceAccounts and what they may. */
export const accountObjects: KubeObject[] = [
  ...Object.values(accounts).map((name) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace },
  })),
  ...granted(`${namespace}-spire-server`, accounts.server, [
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['get', 'watch', 'list', 'create'] },
    { apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['get', 'list'] },
  ]),
  ...granted(
    bundle,
    accounts.server,
    [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [bundle], verbs: ['get', 'patch', 'create'] }],
    namespace,
  ),
  ...granted('spire-agent', accounts.agent, [
    { apiGroups: [''], resources: ['pods', 'nodes', 'nodes/proxy'], verbs: ['get'] },
  ]),
];
