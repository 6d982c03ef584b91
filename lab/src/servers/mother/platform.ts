/** What carries the mother: Flux, cert-manager, Traefik, and in `openova-system` PowerDNS and the pool-domain-manager. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { crd } from '../../controllers/crd.js';
import { fluxAccounts } from '../../stub-charts/flux.js';
import { certificate, deployment, ingress, namespace, secret, service } from './build.js';

const flux = (name: string) =>
  deployment('flux-system', name, { image: `ghcr.io/fluxcd/${name}:v1.7.0`, port: 8080, account: name });

/** Kinds that the mother's objects are of, beside Kubernetes' own. */
export const motherCrds = (): KubeObject[] => [
  crd('cert-manager.io', 'v1', 'Certificate', 'Namespaced'),
  crd('cert-manager.io', 'v1', 'CertificateRequest', 'Namespaced'),
  crd('cert-manager.io', 'v1', 'Issuer', 'Namespaced'),
  crd('cert-manager.io', 'v1', 'ClusterIssuer', 'Cluster'),
  crd('traefik.io', 'v1alpha1', 'Middleware', 'Namespaced'),
  crd('traefik.io', 'v1alpha1', 'IngressRoute', 'Namespaced'),
  crd('source.toolkit.fluxcd.io', 'v1', 'GitRepository', 'Namespaced', { plural: 'gitrepositories' }),
  crd('source.toolkit.fluxcd.io', 'v1', 'HelmRepository', 'Namespaced', { plural: 'helmrepositories' }),
  crd('source.toolkit.fluxcd.io', 'v1', 'OCIRepository', 'Namespaced', { plural: 'ocirepositories' }),
  crd('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization', 'Namespaced'),
  crd('helm.toolkit.fluxcd.io', 'v2', 'HelmRelease', 'Namespaced'),
  crd('catalyst.openova.io', 'v1alpha1', 'ProvisioningState', 'Namespaced'),
];

export const motherPlatform = (): KubeObject[] => [
  namespace('flux-system'),
  ...fluxAccounts('flux-system'),
  flux('source-controller'),
  flux('kustomize-controller'),
  flux('helm-controller'),
  flux('notification-controller'),
  namespace('cert-manager'),
  deployment('cert-manager', 'cert-manager', { image: 'quay.io/jetstack/cert-manager-controller:v1.17.1' }),
  deployment('cert-manager', 'cert-manager-cainjector', { image: 'quay.io/jetstack/cert-manager-cainjector:v1.17.1' }),
  {
    apiVersion: 'cert-manager.io/v1',
    kind: 'ClusterIssuer',
    metadata: { name: 'letsencrypt-prod' },
    spec: {
      acme: {
        server: 'https://acme-v02.api.letsencrypt.org/directory',
        email: 'ops@openova.io',
        privateKeySecretRef: { name: 'letsencrypt-prod-account' },
        solvers: [{ http01: { ingress: { ingressClassName: 'traefik' } } }],
      },
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'traefik' },
    spec: { controller: 'traefik.io/ingress-controller' },
  },
  deployment('kube-system', 'traefik', { image: 'traefik:v3.3.6', port: 8443 }),
  service('kube-system', 'traefik', 8443),
];

/** Namespace `openova-system`. */
export const openovaSystem = (apiKey: string): KubeObject[] => [
  namespace('openova-system'),
  secret('openova-system', 'powerdns-api-credentials', {
    'api-key': apiKey,
    'webserver-password': 'lab-powerdns-web-0123456789',
  }),
  secret('openova-system', 'dynadot-api-credentials', {
    'api-key': 'lab-dynadot-key-0123456789',
    'api-secret': 'lab-dynadot-secret-0123456789',
    domains: 'openova.io,omani.works',
  }),
  deployment('openova-system', 'powerdns', { image: 'powerdns/pdns-auth-49:4.9.5', port: 8081 }),
  service('openova-system', 'powerdns', 8081),
  deployment('openova-system', 'dnsdist', { image: 'powerdns/dnsdist-19:1.9.14', port: 53 }),
  service('openova-system', 'powerdns-anycast', 53, 'dnsdist'),
  deployment('openova-system', 'pool-domain-manager', {
    image: 'ghcr.io/openova-io/openova/pool-domain-manager:b8d7a8b',
    env: { PDM_NAMESERVERS: 'ns1.openova.io,ns2.openova.io,ns3.openova.io' },
  }),
  service('openova-system', 'pool-domain-manager'),
  ingress('openova-system', 'powerdns-api', 'pdns.openova.io', [{ path: '/', service: 'powerdns', port: 8081 }], {
    tls: 'pdns-openova-tls',
  }),
  certificate('openova-system', 'pdns-openova-tls', 'pdns.openova.io'),
  ingress('openova-system', 'pool-domain-manager', 'pool.openova.io', [{ path: '/', service: 'pool-domain-manager' }], {
    tls: 'pool-openova-tls',
  }),
  certificate('openova-system', 'pool-openova-tls', 'pool.openova.io'),
];

/** Flux reads the mother's Git at `url`; it puts back what somebody scaled down. */
export function fluxObjects(url: string): KubeObject[] {
  const kustomization = (name: string, path: string): KubeObject => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system' },
    spec: {
      // minutes on a real mother; a lab's kill window is 20 s, and Flux must be quicker than that where it matters
      interval: name === 'catalyst-platform' ? '8s' : '10m',
      path,
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'openova-public' },
    },
  });
  return [
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'openova-public', namespace: 'flux-system' },
      spec: { interval: '1m', url, ref: { branch: 'main' } },
    },
    ...Object.entries(folders).map(([name, path]) => kustomization(name, path)),
  ];
}

/** Kustomizations and the folders they apply. */
export const folders = {
  'catalyst-platform': './products/catalyst/chart/templates',
  'sme-services': './products/catalyst/chart/templates/sme-services',
  'marketplace-api': './products/catalyst/chart/templates/marketplace-api',
  'tenant-bakkal-apps': './clusters/contabo-mkt/tenants/bakkal',
} as const;
