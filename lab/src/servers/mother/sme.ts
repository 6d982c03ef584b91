/** The SME demos on the mother, the protected set (facts/platform.md §6): namespaces sme, marketplace, tenant-bakkal and others. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { certificate, configMap, deployment, ingress, middleware, namespace, secret, service } from './build.js';

const ui = ['admin', 'console', 'marketplace', 'gateway'];
const ports: Record<string, number> = {
  auth: 8081,
  catalog: 8082,
  tenant: 8083,
  provisioning: 8084,
  billing: 8085,
  domain: 8086,
  notification: 8087,
};
const image = (name: string) => `ghcr.io/openova-io/openova/sme-${name}:4f2a91c`;

/** Objects of namespace `sme`, as the mother's Git holds them. */
export function smeServices(): KubeObject[] {
  const names = [...ui, ...Object.keys(ports)].sort();
  const nova = (name: string, host: string, tls: string, api: string): KubeObject[] => [
    ingress('sme', `${name}-root`, host, [{ path: '/', pathType: 'Exact', service: name }], {
      tls,
      middlewares: ['root-to-nova'],
      priority: 50,
    }),
    ingress('sme', `${name}-nova`, host, [{ path: '/nova', service: name }], {
      tls,
      middlewares: ['strip-nova'],
      priority: 100,
    }),
    ingress('sme', `${name}-nova-api`, host, [{ path: '/nova/api', service: api }], {
      tls,
      middlewares: ['strip-nova'],
      priority: 200,
    }),
    certificate('sme', tls, host),
  ];
  return [
    namespace('sme'),
    configMap('sme', 'sme-services-config', { NATS_URL: 'nats://nats.talentmesh:4222', LOG_LEVEL: 'info' }),
    ...names.flatMap((name) => [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'sme' } },
      deployment('sme', name, {
        image: image(name),
        port: ports[name] ?? 8080,
        secrets: name in ports ? ['sme-secrets'] : [],
        ...(name === 'provisioning' ? { env: { GIT_BASE_PATH: 'clusters/contabo-mkt/tenants' } } : {}),
      }),
      service('sme', name, ports[name] ?? 8080),
    ]),
    deployment('sme', 'ferretdb', { image: 'ghcr.io/ferretdb/ferretdb:2.4.0', port: 27017 }),
    service('sme', 'ferretdb', 27017),
    deployment('sme', 'valkey', { image: 'valkey/valkey:8.1', port: 6379 }),
    service('sme', 'valkey', 6379),
    middleware('sme', 'strip-nova', { stripPrefix: { prefixes: ['/nova'] } }),
    middleware('sme', 'root-to-nova', {
      redirectRegex: { regex: '^https://([^/]+)/$', replacement: 'https://${1}/nova/', permanent: false },
    }),
    ...nova('console', 'console.openova.io', 'console-openova-tls', 'gateway'),
    ...nova('admin', 'admin.openova.io', 'admin-openova-tls', 'gateway'),
    ingress('sme', 'marketplace', 'marketplace.openova.io', [{ path: '/', service: 'marketplace' }], {
      tls: 'marketplace-tls',
    }),
    ingress('sme', 'marketplace-api', 'marketplace.openova.io', [{ path: '/api/', service: 'gateway' }], {
      tls: 'marketplace-tls',
    }),
    certificate('sme', 'marketplace-tls', 'marketplace.openova.io'),
  ];
}

/** Namespace `marketplace`. */
export const marketplaceApi = (): KubeObject[] => [
  namespace('marketplace'),
  deployment('marketplace', 'marketplace-api', {
    image: 'ghcr.io/openova-io/openova/marketplace-api:4f2a91c',
    secrets: ['marketplace-api-secrets'],
  }),
  service('marketplace', 'marketplace-api'),
  ingress('marketplace', 'marketplace-api', 'openova.io', [{ path: '/api/marketplace', service: 'marketplace-api' }], {
    tls: 'openova-tls',
  }),
  certificate('marketplace', 'openova-tls', 'openova.io'),
];

/** The demo customer: an own virtual cluster and a public shop. */
export const bakkal = (): KubeObject[] => [
  namespace('tenant-bakkal', { 'openova.io/tenant': 'bakkal' }),
  deployment('tenant-bakkal', 'bakkal-shop', { image: 'ghcr.io/openova-io/openova/bakkal:1.4.2' }),
  service('tenant-bakkal', 'bakkal-shop'),
  ingress('tenant-bakkal', 'tenant-ingress', 'bakkal.omani.rest', [{ path: '/', service: 'bakkal-shop' }], {
    tls: 'tenant-bakkal-tls',
  }),
  certificate('tenant-bakkal', 'tenant-bakkal-tls', 'bakkal.omani.rest'),
];

/** What of the demos is in no public repository: Secrets, and further protected namespaces. */
export const smePrivate = (): KubeObject[] => [
  secret('sme', 'sme-secrets', { JWT_SECRET: 'lab-sme-jwt-0123456789', DB_PASSWORD: 'lab-sme-db-0123456789' }),
  secret('sme', 'sme-pg-app', { username: 'sme', password: 'lab-sme-pg-0123456789' }),
  secret('sme', 'provisioning-github-token', { token: 'lab-sme-github-0123456789' }),
  secret('marketplace', 'marketplace-api-secrets', { STRIPE_KEY: 'lab-marketplace-stripe-0123456789' }),
  namespace('website'),
  deployment('website', 'website', { image: 'ghcr.io/openova-io/openova/website:4f2a91c' }),
  service('website', 'website'),
  namespace('talentmesh'),
  deployment('talentmesh', 'redpanda', { image: 'redpandadata/redpanda:v25.1.1', port: 9092 }),
  service('talentmesh', 'redpanda', 9092),
  namespace('stalwart'),
  deployment('stalwart', 'stalwart', { image: 'stalwartlabs/stalwart:v0.13.2' }),
  service('stalwart', 'stalwart'),
];
