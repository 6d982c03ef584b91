/** Namespace `catalyst` of the mother (facts/platform.md §2.4): catalyst-api, its UI, its claim and its way in. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { certificate, deployment, ingress, middleware, namespace, secret, service } from './build.js';

export const claimName = 'catalyst-api-deployments';
export const claimPath = '/var/lib/catalyst';

/** As `products/catalyst/chart/templates` of the mother's Git holds it. */
export const catalystPlatform = (): KubeObject[] => [
  namespace('catalyst'),
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claimName, namespace: 'catalyst' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  deployment('catalyst', 'catalyst-api', {
    image: 'ghcr.io/openova-io/openova/catalyst-api:b8d7a8b',
    strategy: 'Recreate',
    claim: { name: claimName, path: claimPath },
    scratch: '/tmp/catalyst/tofu',
    env: {
      PORT: '8080',
      CATALYST_DEPLOYMENTS_DIR: `${claimPath}/deployments`,
      CATALYST_KUBECONFIGS_DIR: `${claimPath}/kubeconfigs`,
      CATALYST_EXECUTIONS_DIR: `${claimPath}/executions`,
      CATALYST_TOFU_WORKDIR: '/tmp/catalyst/tofu',
      CATALYST_API_PUBLIC_URL: 'https://console.openova.io/sovereign',
      POOL_DOMAIN_MANAGER_URL: 'http://pool-domain-manager.openova-system.svc.cluster.local:8080',
    },
    secrets: ['dynadot-api-credentials'],
  }),
  service('catalyst', 'catalyst-api'),
  deployment('catalyst', 'catalyst-ui', { image: 'ghcr.io/openova-io/openova/catalyst-ui:b8d7a8b', port: 80 }),
  service('catalyst', 'catalyst-ui', 80),
  middleware('catalyst', 'strip-sovereign', { stripPrefix: { prefixes: ['/sovereign'] } }),
  ingress(
    'catalyst',
    'console-sovereign',
    'console.openova.io',
    [{ path: '/sovereign', service: 'catalyst-ui', port: 80 }],
    { tls: 'console-openova-tls', middlewares: ['strip-sovereign'], priority: 100 },
  ),
  certificate('catalyst', 'console-openova-tls', 'console.openova.io'),
];

/** What is in no repository: Secrets, and what a hand left behind for the Sovereign. */
export const catalystPrivate = (fqdn: string): KubeObject[] => [
  secret('catalyst', 'dynadot-api-credentials', {
    'api-key': 'lab-dynadot-key-0123456789',
    'api-secret': 'lab-dynadot-secret-0123456789',
    domains: 'openova.io,omani.works',
    domain: 'omani.works',
  }),
  secret('catalyst', 'catalyst-ghcr-pull-token', { token: 'lab-ghcr-pull-0123456789' }),
  secret(
    'catalyst',
    'ghcr-pull-secret',
    { '.dockerconfigjson': '{"auths":{"ghcr.io":{"auth":"bGFiOmxhYi1naGNyLXB1bGw="}}}' },
    'kubernetes.io/dockerconfigjson',
  ),
  secret('catalyst', `sovereign-${fqdn}-kubeconfig`, {
    kubeconfig: `apiVersion: v1\nkind: Config\nclusters:\n  - name: ${fqdn}\n    cluster:\n      server: https://203.0.113.77:6443\n`,
  }),
];
