/** Rigged mothers as data: one thing each that she still holds of the Sovereign after its erasure. */
import { gzipSync } from 'node:zlib';
import { issueCertificate } from '../../../lab/src/certificates.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';

export const fqdn = 'omantel.omani.works';
/** Of a record that is on the claim no more. */
export const lostId = '5cd1bceaaacb71f6';
export const ownAddress = '203.0.113.7';
export const ownCa = await issueCertificate({ commonName: 'sovereign-ca', isAuthority: true });

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

export const at = (
  apiVersion: string,
  kind: string,
  rest: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
): KubeObject => ({ apiVersion, kind, metadata: { name: 'rig', namespace: 'tools', ...metadata }, ...rest });

const secret = (data: Record<string, string>, metadata = {}) => at('v1', 'Secret', { data }, metadata);
const own = { 'catalyst.openova.io/sovereign': fqdn };
const source = (kind: string) => at(`source.toolkit.fluxcd.io/v1`, kind, { spec: { url: `oci://harbor.${fqdn}/x` } });

/** What is left, the object, and what the reason names. */
export const leftovers: readonly [string, KubeObject, RegExp][] = [
  ['a Secret by its name', secret({}, { name: `sovereign-${fqdn}-kubeconfig`, namespace: 'catalyst' }), /belongs to/],
  [
    'a kubeconfig by the address of the cluster',
    secret({ config: base64(`server: https://${ownAddress}:6443`) }),
    /mentions address 203\.0\.113\.7/,
  ],
  [
    'a kubeconfig by the authority of the cluster',
    secret({ config: base64(`certificate-authority-data: ${base64(ownCa.certificate)}`) }),
    /belongs to .*authority/,
  ],
  ['a Secret by the id of a record', secret({ id: base64(lostId) }), /id 5cd1bceaaacb71f6/],
  [
    'a Kustomization by the id of a record',
    at('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', { spec: { path: `./runs/${lostId}` } }),
    /id 5cd1bceaaacb71f6/,
  ],
  [
    'a Kustomization by its path',
    at('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', { spec: { path: `./clusters/${fqdn}/apps` } }),
    /Kustomization tools\/rig: belongs/,
  ],
  ['base64 twice', secret({ a: base64(base64(`url: https://console.${fqdn}/`)) }), /mentions/],
  ['gzip in binaryData', at('v1', 'ConfigMap', { binaryData: { a: base64(gzipSync(`https://${fqdn}`)) } }), /mentions/],
  ['binaryData', at('v1', 'ConfigMap', { binaryData: { a: base64(`\0${fqdn}\0`) } }), /mentions/],
  ['an annotation', at('v1', 'ConfigMap', {}, { annotations: { 'example.org/for': fqdn } }), /metadata\.annotations/],
  ['the key of a label', at('v1', 'ConfigMap', {}, { labels: { [`${fqdn}/state`]: 'x' } }), /metadata of key/],
  ['HelmRepository', source('HelmRepository'), /HelmRepository tools\/rig/],
  ['OCIRepository', source('OCIRepository'), /OCIRepository tools\/rig/],
  ['Bucket', source('Bucket'), /Bucket tools\/rig/],
  [
    'IngressRoute',
    at('traefik.io/v1alpha1', 'IngressRoute', { spec: { routes: [{ match: `Host(\`console.${fqdn}\`)` }] } }),
    /IngressRoute tools\/rig/,
  ],
  [
    'Certificate',
    at('cert-manager.io/v1', 'Certificate', { spec: { dnsNames: [`console.${fqdn}`] } }),
    /Certificate tools\/rig/,
  ],
  [
    'Deployment',
    at('apps/v1', 'Deployment', {
      spec: { template: { spec: { containers: [{ env: [{ name: 'F', value: fqdn }] }] } } },
    }),
    /Deployment tools\/rig/,
  ],
  ['CronJob', at('batch/v1', 'CronJob', { spec: { args: [`--fqdn=${fqdn}`] } }), /CronJob tools\/rig/],
  [
    'ServiceAccount',
    at('v1', 'ServiceAccount', {}, { name: 'omantel-omani-works' }),
    /ServiceAccount tools\/omantel-omani-works/,
  ],
  ['Service', at('v1', 'Service', { spec: { externalName: fqdn } }), /Service tools\/rig/],
  [
    'Namespace',
    at('v1', 'Namespace', {}, { name: 'sovereign-omantel-omani-works', namespace: undefined }),
    /Namespace sovereign-omantel-omani-works/,
  ],
  [
    'ClusterRoleBinding',
    at('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', {}, { labels: own, namespace: undefined }),
    /ClusterRoleBinding rig: belongs/,
  ],
  [
    'PersistentVolumeClaim',
    at('v1', 'PersistentVolumeClaim', {}, { name: 'tofu-omantel-omani-works' }),
    /PersistentVolumeClaim/,
  ],
  [
    'an APIService by its name',
    at('apiregistration.k8s.io/v1', 'APIService', {}, { name: 'tofu-omantel-omani-works', namespace: undefined }),
    /APIService tofu-omantel-omani-works: .*its name/,
  ],
  [
    'ProvisioningState',
    at('catalyst.openova.io/v1alpha1', 'ProvisioningState', { spec: { sovereignFQDN: fqdn } }),
    /ProvisioningState/,
  ],
  [
    'the rights of our own undo',
    at(
      'rbac.authorization.k8s.io/v1',
      'RoleBinding',
      {},
      {
        name: 'catalyst-sovereign-undo-omantel-omani-works-run0',
        namespace: 'catalyst',
        // with the mark of its Job too, holding the mother removes it before anything is looked at
        labels: { ...own, 'catalyst.openova.io/run': 'run0' },
      },
    ),
    /RoleBinding catalyst\/catalyst-sovereign-undo/,
  ],
  [
    'our own undo Job',
    at(
      'batch/v1',
      'Job',
      {},
      { name: 'catalyst-sovereign-undo-omantel-omani-works-run0', namespace: 'catalyst', labels: own },
    ),
    /Job catalyst\/catalyst-sovereign-undo/,
  ],
  [
    'a Job of an earlier run on the claim',
    at(
      'batch/v1',
      'Job',
      {},
      {
        name: 'catalyst-sovereign-inventory-run0',
        namespace: 'catalyst',
        labels: { ...own, 'catalyst.openova.io/job': 'inventory' },
      },
    ),
    /Job catalyst\/catalyst-sovereign-inventory-run0/,
  ],
  [
    'a Secret in a protected namespace',
    secret({ a: base64(fqdn) }, { namespace: 'openova-system' }),
    /Secret openova-system\/rig/,
  ],
  [
    'an Ingress of our prefix with an id that nobody knows',
    at(
      'networking.k8s.io/v1',
      'Ingress',
      { spec: { rules: [{ host: 'console.openova.io', http: { paths: [{ path: '/sovereign/ffffffffffffffff' }] } }] } },
      { name: 'catalyst-sovereign-redirect-omantel-omani-works', namespace: 'catalyst', labels: own },
    ),
    /Ingress catalyst\/catalyst-sovereign-redirect/,
  ],
  [
    'a name split over two values',
    at('v1', 'ConfigMap', { data: { sub: 'omantel', domain: 'omani.works' } }),
    /mentions omantel\.omani\.works/,
  ],
  ['capitals', at('v1', 'ConfigMap', { data: { a: 'OMANTEL.OMANI.WORKS' } }), /mentions/],
];

/** Of other Sovereigns, or of this one's redirect as catalyst makes it. */
export const notOurs: readonly [string, KubeObject][] = [
  [
    'a name that ends alike',
    at('v1', 'ConfigMap', { data: { a: 'newomantel.omani.works x-omantel-omani-works omantel.omani.works.example' } }),
  ],
  ['the other Sovereign’s kubeconfig', secret({}, { name: 'sovereign-otech.omani.works-kubeconfig' })],
  ['an event', at('v1', 'Event', { message: `created for ${fqdn}` })],
  [
    'the redirect',
    at(
      'networking.k8s.io/v1',
      'Ingress',
      {
        spec: {
          rules: [
            {
              host: 'console.openova.io',
              http: { paths: [{ path: `/sovereign/${lostId}` }, { path: `/sovereign/provision/${lostId}` }] },
            },
          ],
        },
      },
      { name: 'catalyst-sovereign-redirect-omantel-omani-works', namespace: 'catalyst', labels: own },
    ),
  ],
  [
    'its Middleware',
    at(
      'traefik.io/v1alpha1',
      'Middleware',
      {
        spec: {
          redirectRegex: { regex: lostId, replacement: `https://console.${fqdn}/sovereign/${'$'}{1}`, permanent: true },
        },
      },
      { name: 'catalyst-sovereign-redirect-omantel-omani-works', namespace: 'catalyst', labels: own },
    ),
  ],
];
