/**
 * Rigged Sovereigns as data: one tether each, with what the scan must name and the grade that it breaks. The rows are those of the verdict
 * that was fooled, and further ones of the same kinds.
 */
import { gzipSync } from 'node:zlib';
import { issueCertificate } from '../../../lab/src/certificates.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';

export const motherAddress = '192.0.2.10';
export const motherAddress6 = '2001:db8::10';

export interface Tether {
  /** What is rigged. */
  rigged: string;
  objects: KubeObject[];
  /** By which the finding is known: the end of its id. */
  names: string;
  grade?: 'L1' | 'L2';
}

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
const at = (
  apiVersion: string,
  kind: string,
  rest: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'rig', namespace: 'apps', ...metadata },
  ...rest,
});
const config = (data: Record<string, string>) => at('v1', 'ConfigMap', { data });
const secret = (data: Record<string, string>, more: Record<string, unknown> = {}) =>
  at('v1', 'Secret', { data, ...more });
const pod = (container: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  containers: [{ name: 'a', image: 'harbor.omantel.omani.works/a:1', ...container }],
  ...more,
});
const deployment = (container: Record<string, unknown>, metadata = {}, more = {}) =>
  at('apps/v1', 'Deployment', { spec: { template: { spec: pod(container, more) } } }, metadata);

export const motherCa = await issueCertificate({ commonName: 'contabo-ca', isAuthority: true });
const hers = await issueCertificate({ commonName: 'x', dnsNames: ['console.openova.io'] }, motherCa);

const found: readonly [string, KubeObject, string][] = [
  ['environment', deployment({ env: [{ name: 'URL', value: 'https://console.openova.io/x' }] }), 'console.openova.io'],
  ['ConfigMap', config({ url: 'https://pool.openova.io' }), 'pool.openova.io'],
  ['CoreDNS forward by address', config({ Corefile: `.:53 {\n  forward . ${motherAddress}\n}` }), motherAddress],
  [
    'webhook URL',
    at(
      'admissionregistration.k8s.io/v1',
      'ValidatingWebhookConfiguration',
      { webhooks: [{ name: 'a.b.c', clientConfig: { url: 'https://admin.openova.io/v' } }] },
      { namespace: undefined },
    ),
    'admin.openova.io',
  ],
  ["image at the mother's registry", deployment({ image: 'harbor.openova.io/x/y:1' }), 'harbor.openova.io'],
  [
    'projected audience',
    deployment(
      {},
      {},
      { volumes: [{ projected: { sources: [{ serviceAccountToken: { audience: 'console.openova.io' } }] } }] },
    ),
    'console.openova.io',
  ],
  [
    'ExternalName',
    at('v1', 'Service', { spec: { type: 'ExternalName', externalName: 'pdns.openova.io' } }),
    'pdns.openova.io',
  ],
  [
    'CronJob',
    at('batch/v1', 'CronJob', {
      spec: { jobTemplate: { spec: { template: { spec: pod({ args: ['https://mail.openova.io'] }) } } } },
    }),
    'mail.openova.io',
  ],
  [
    'suspended GitRepository',
    at('source.toolkit.fluxcd.io/v1', 'GitRepository', {
      spec: { suspend: true, url: 'https://gitea.omantel.omani.works/a/b.git', proxy: 'http://git.openova.io' },
    }),
    'git.openova.io',
  ],
  [
    "Secret in a HelmRelease's values",
    at('helm.toolkit.fluxcd.io/v2', 'HelmRelease', { spec: { values: { auth: base64('user@console.openova.io') } } }),
    'console.openova.io',
  ],
  [
    'dockerconfig',
    secret(
      { '.dockerconfigjson': base64(JSON.stringify({ auths: { 'harbor.openova.io': { auth: base64('a:b') } } })) },
      { type: 'kubernetes.io/dockerconfigjson' },
    ),
    'harbor.openova.io',
  ],
  [
    'Issuer',
    at('cert-manager.io/v1', 'Issuer', { spec: { acme: { server: 'https://acme.openova.io/dir' } } }),
    'acme.openova.io',
  ],
  [
    'Ingress annotation',
    at(
      'networking.k8s.io/v1',
      'Ingress',
      {},
      { annotations: { 'nginx.ingress.kubernetes.io/auth-url': 'https://console.openova.io/auth' } },
    ),
    'console.openova.io',
  ],
];

const kubeconfig = (server: string) =>
  `apiVersion: v1\nkind: Config\nclusters:\n- name: m\n  cluster:\n    server: ${server}\n`;

const missed: readonly [string, KubeObject, string][] = [
  [
    'EndpointSlice',
    at('discovery.k8s.io/v1', 'EndpointSlice', { addressType: 'IPv4', endpoints: [{ addresses: [motherAddress] }] }),
    motherAddress,
  ],
  ['Endpoints', at('v1', 'Endpoints', { subsets: [{ addresses: [{ ip: motherAddress }] }] }), motherAddress],
  [
    'EndpointSlice over IPv6, written in full',
    at('discovery.k8s.io/v1', 'EndpointSlice', {
      addressType: 'IPv6',
      endpoints: [{ addresses: ['2001:0db8:0:0::0010'] }],
    }),
    motherAddress6,
  ],
  ['address mapped into IPv6', config({ upstream: `[::ffff:${motherAddress}]:443` }), motherAddress],
  [
    'ServiceAccount',
    at('v1', 'ServiceAccount', {}, { annotations: { 'example.org/issuer': 'https://console.openova.io' } }),
    'console.openova.io',
  ],
  [
    'Job',
    at('batch/v1', 'Job', { spec: { template: { spec: pod({ command: ['curl', 'https://admin.openova.io'] }) } } }),
    'admin.openova.io',
  ],
  ['Pod', at('v1', 'Pod', { spec: pod({ env: [{ name: 'A', value: 'pool.openova.io:443' }] }) }), 'pool.openova.io'],
  [
    'init container',
    at('v1', 'Pod', { spec: pod({}, { initContainers: [{ name: 'i', image: 'registry.openova.io/i:1' }] }) }),
    'registry.openova.io',
  ],
  [
    'ephemeral container',
    at('v1', 'Pod', {
      spec: pod(
        {},
        { ephemeralContainers: [{ name: 'e', image: 'a', env: [{ name: 'X', value: 'git.openova.io' }] }] },
      ),
    }),
    'git.openova.io',
  ],
  ['a host of hers that the spec does not list', deployment({ image: 'cr.openova.io/x:1' }), 'cr.openova.io'],
  [
    'ConfigMap binaryData',
    at('v1', 'ConfigMap', { binaryData: { blob: base64('x\0https://console.openova.io\0') } }),
    'console.openova.io',
  ],
  [
    'gzip in binaryData',
    at('v1', 'ConfigMap', { binaryData: { 'a.gz': base64(gzipSync('see console.openova.io')) } }),
    'console.openova.io',
  ],
  ['base64 inside a Secret', secret({ token: base64(base64('https://console.openova.io')) }), 'console.openova.io'],
  ['base64 of the bare domain inside a Secret', secret({ token: base64(`x=${base64('openova.io')}`) }), 'openova.io'],
  [
    'base64 three times, broken into lines',
    secret({
      a: base64(
        base64(base64('https://console.openova.io/a/long/path/that/goes/on/for/more/than/a/line')).replace(
          /(.{76})/g,
          '$1\n',
        ),
      ),
    }),
    'console.openova.io',
  ],
  ['capitals', config({ url: 'HTTPS://CONSOLE.OPENOVA.IO/' }), 'console.openova.io'],
  [
    'host split over two variables',
    deployment({
      env: [
        { name: 'HOST', value: 'openova' },
        { name: 'DOMAIN', value: '.io' },
      ],
    }),
    'openova.io',
  ],
  ['host split inside a label', config({ one: 'https://console.open', two: 'ova.io/x' }), 'openova.io'],
  ['host split in a Secret', secret({ host: base64('console.openova'), tld: base64('io') }), 'openova.io'],
  ['address split at a dot', config({ net: '192.0.2', host: '10' }), motherAddress],
  [
    'Middleware forwardAuth',
    at('traefik.io/v1alpha1', 'Middleware', {
      spec: { forwardAuth: { address: 'https://console.openova.io/verify' } },
    }),
    'console.openova.io',
  ],
  [
    'IngressRoute',
    at('traefik.io/v1alpha1', 'IngressRoute', { spec: { routes: [{ match: 'Host(`console.openova.io`)' }] } }),
    'console.openova.io',
  ],
  [
    'Crossplane Configuration',
    at(
      'pkg.crossplane.io/v1',
      'Configuration',
      { spec: { package: 'xpkg.openova.io/a/b:v1' } },
      { namespace: undefined },
    ),
    'xpkg.openova.io',
  ],
  [
    'Crossplane Function',
    at('pkg.crossplane.io/v1', 'Function', { spec: { package: 'xpkg.openova.io/a/f:v1' } }, { namespace: undefined }),
    'xpkg.openova.io',
  ],
  [
    'BackupStorageLocation',
    at('velero.io/v1', 'BackupStorageLocation', { spec: { config: { s3Url: 'https://s3.openova.io' } } }),
    's3.openova.io',
  ],
  [
    'APIService that a Service of hers answers',
    at(
      'apiregistration.k8s.io/v1',
      'APIService',
      { spec: { group: 'a.example', version: 'v1', service: { name: 'mother-api', namespace: 'openova-system' } } },
      { name: 'v1.a.example', namespace: undefined },
    ),
    'namespace openova-system',
  ],
  [
    'CRD conversion webhook',
    at(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      { spec: { conversion: { webhook: { clientConfig: { url: 'https://console.openova.io/convert' } } } } },
      { name: 'a.b.example', namespace: undefined },
    ),
    'console.openova.io',
  ],
  [
    'a Deployment with our own prefix',
    deployment(
      { env: [{ name: 'U', value: 'https://console.openova.io' }] },
      { name: 'catalyst-sovereign-relay', namespace: 'catalyst-system' },
    ),
    'console.openova.io',
  ],
  [
    'our own labels on what is not ours',
    deployment(
      { env: [{ name: 'U', value: 'https://console.openova.io' }] },
      {
        name: 'catalyst-egress-block',
        labels: {
          'catalyst.openova.io/job': 'lift-egress',
          'catalyst.openova.io/sovereign': 'omantel.omani.works',
          'catalyst.openova.io/run': 'r1',
        },
      },
    ),
    'console.openova.io',
  ],
  ['git.openova.io', config({ a: 'ssh://git@git.openova.io:22/x' }), 'git.openova.io'],
  ['the bare domain', config({ a: 'openova.io' }), 'openova.io'],
  ['the bare domain with a final dot', config({ a: 'search openova.io.' }), 'openova.io'],
  ['a name with a final dot', config({ a: 'x.openova.io.' }), 'x.openova.io'],
  ['userinfo and port', config({ a: 'https://user:pw@mail.openova.io:8443/' }), 'mail.openova.io'],
  ['percent-encoded', config({ a: 'next=https%3A%2F%2Fopenova.io%2Fx' }), 'openova.io'],
  ['escaped in a pattern', config({ a: '^https?://console\\.openova\\.io/' }), 'console.openova.io'],
  [
    'JSON with escaped characters in JSON',
    config({ a: JSON.stringify({ b: JSON.stringify('x\nopenova\u002eio').replace('.', '\\u002e') }) }),
    'openova.io',
  ],
  ['full-width letters', config({ a: 'https://console．ｏｐｅｎｏｖａ．io/' }), 'console.openova.io'],
  [
    "her Service's name",
    config({ a: 'http://pool-domain-manager.openova-system.svc:8080' }),
    'pool-domain-manager.openova-system.svc',
  ],
  ["her namespace's name", config({ a: 'openova-system.svc' }), 'openova-system.svc'],
  [
    "her Service's full name",
    config({ a: 'powerdns.openova-system.svc.cluster.local' }),
    'powerdns.openova-system.svc',
  ],
  [
    'NetworkPolicy',
    at('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: { egress: [{ to: [{ ipBlock: { cidr: `${motherAddress}/32` } }] }] },
    }),
    motherAddress,
  ],
  [
    'a network that has her address',
    at('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: { egress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/28' } }] }] },
    }),
    motherAddress,
  ],
  [
    'a network that has her IPv6 address',
    at('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: { egress: [{ to: [{ ipBlock: { cidr: '2001:db8::/64' } }] }] },
    }),
    motherAddress6,
  ],
  [
    "ClusterRoleBinding of the mother's user",
    at(
      'rbac.authorization.k8s.io/v1',
      'ClusterRoleBinding',
      { subjects: [{ kind: 'User', name: 'contabo' }] },
      { namespace: undefined },
    ),
    'subject User contabo',
  ],
  [
    "RoleBinding of the mother's account",
    at('rbac.authorization.k8s.io/v1', 'RoleBinding', {
      subjects: [{ kind: 'ServiceAccount', name: 'mother', namespace: 'catalyst-system' }],
    }),
    'subject ServiceAccount catalyst-system/mother',
  ],
  [
    'Flux notification Provider',
    at('notification.toolkit.fluxcd.io/v1beta3', 'Provider', {
      spec: { type: 'generic', address: 'https://hooks.openova.io/x' },
    }),
    'hooks.openova.io',
  ],
  ['kubeconfig in a Secret', secret({ config: base64(kubeconfig(`https://${motherAddress}:6443`)) }), motherAddress],
  [
    'TOML',
    config({
      'config.toml':
        '[plugins."io.containerd.grpc.v1.cri".registry.mirrors."harbor.openova.io"]\n  endpoint = ["https://x"]\n',
    }),
    'harbor.openova.io',
  ],
  ['YAML in a ConfigMap', config({ 'values.yaml': 'mail:\n  host: mail.openova.io\n' }), 'mail.openova.io'],
  ['CA bundle', config({ 'ca.crt': motherCa.certificate }), 'authority'],
  [
    'CA bundle, indented in YAML',
    config({ 'values.yaml': `tls:\n  ca: |\n    ${motherCa.certificate.replaceAll('\n', '\n    ')}\n` }),
    'authority',
  ],
  ['CA bundle as a string of JSON', config({ 'a.json': JSON.stringify({ ca: motherCa.certificate }) }), 'authority'],
  [
    'base64 in the path of an address',
    config({ next: `https://a.example/cb/${base64('https://console.openova.io')}` }),
    'console.openova.io',
  ],
  [
    'base64 behind a name',
    config({ token: `relay-token_${Buffer.from('to=mail.openova.io').toString('base64url')}` }),
    'mail.openova.io',
  ],
  [
    'base64 in lines, indented in YAML',
    config({
      'a.yaml': `blob: |\n  ${base64(`${'x'.repeat(70)} https://console.openova.io/ and more`).replace(/(.{76})/g, '$1\n  ')}\n`,
    }),
    'console.openova.io',
  ],
  [
    'a pattern in JSON',
    config({ 'a.json': JSON.stringify({ allow: '^https://console\\.openova\\.io/' }) }),
    'console.openova.io',
  ],
  [
    'her IPv6 address as a key of a docker config',
    secret({ '.dockerconfigjson': base64(JSON.stringify({ auths: { [`[${motherAddress6}]:5000`]: {} } })) }),
    motherAddress6,
  ],
  [
    'text behind zero bytes',
    at('v1', 'ConfigMap', { binaryData: { blob: base64(`key\0${base64('https://console.openova.io')}\0`) } }),
    'console.openova.io',
  ],
  [
    'a host with a port where the group of an API is expected',
    at('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ apiGroups: ['shop.openova.io:443'] }] }),
    'shop.openova.io',
  ],
  [
    'CA bundle in a webhook',
    at(
      'admissionregistration.k8s.io/v1',
      'MutatingWebhookConfiguration',
      { webhooks: [{ name: 'a.b.c', clientConfig: { caBundle: base64(motherCa.certificate) } }] },
      { namespace: undefined },
    ),
    'authority',
  ],
  ['a certificate for her name', secret({ 'tls.crt': base64(hers.certificate) }), 'console.openova.io'],
  [
    'a host of her registry as a key of a docker config with a path',
    secret({
      '.dockerconfigjson': base64(JSON.stringify({ auths: { 'cr.openova.io/team': { auth: base64('a:b') } } })),
    }),
    'cr.openova.io',
  ],
  [
    'a status that leads to her',
    at('v1', 'Service', { status: { loadBalancer: { ingress: [{ ip: motherAddress }] } } }),
    motherAddress,
  ],
  ['a demo of hers', config({ shop: 'https://bakkal.omani.rest' }), 'bakkal.omani.rest'],
];

const ofOpenova: readonly [string, KubeObject, string][] = [
  [
    'GitRepository at github',
    at('source.toolkit.fluxcd.io/v1', 'GitRepository', { spec: { url: 'https://github.com/openova-io/openova' } }),
    'github.com/openova-io',
  ],
  [
    'HelmRepository at ghcr',
    at('source.toolkit.fluxcd.io/v1', 'HelmRepository', { spec: { url: 'oci://ghcr.io/openova-io' } }),
    'ghcr.io/openova-io',
  ],
  ['image of OpenOva', deployment({ image: 'ghcr.io/openova-io/openova/catalyst-api:1' }), 'ghcr.io/openova-io'],
  ['SSH address of OpenOva', config({ a: 'git@github.com:openova-io/x.git' }), 'github.com/openova-io'],
  ["OpenOva's registrar", config({ a: 'https://api.dynadot.com/api3.json' }), 'api.dynadot.com'],
];

const rows = (list: readonly [string, KubeObject, string][], grade?: 'L2'): Tether[] =>
  list.map(([rigged, object, names]) => ({ rigged, objects: [object], names, ...(grade ? { grade } : {}) }));

export const tethers: readonly Tether[] = [...rows(found), ...rows(missed), ...rows(ofOpenova, 'L2')];

/** Nothing of these is a reference. */
const fine: readonly [string, ...KubeObject[]][] = [
  [
    'label and annotation keys',
    at(
      'v1',
      'ConfigMap',
      {},
      {
        labels: { 'catalyst.openova.io/sovereign': 'omantel.omani.works', 'openova.io/region': 'fsn1' },
        annotations: { 'catalyst.openova.io/run': 'x' },
      },
    ),
  ],
  [
    'API version and group',
    at('catalyst.openova.io/v1alpha1', 'Blueprint', {
      spec: { ref: { apiVersion: 'catalyst.openova.io/v1alpha1', group: 'catalyst.openova.io' } },
    }),
  ],
  [
    'rules on a group',
    at(
      'rbac.authorization.k8s.io/v1',
      'ClusterRole',
      { rules: [{ apiGroups: ['catalyst.openova.io'], resources: ['blueprints'] }] },
      { namespace: undefined },
    ),
  ],
  [
    'CRD of a group',
    at(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      { spec: { group: 'catalyst.openova.io', names: { kind: 'Blueprint' } } },
      { name: 'blueprints.catalyst.openova.io', namespace: undefined },
    ),
  ],
  [
    'a label selector in arguments',
    deployment({ args: ['-l', 'catalyst.openova.io/role=worker', '--selector=openova.io/x in (a)'] }),
  ],
  [
    'a match expression',
    at('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: { podSelector: { matchExpressions: [{ key: 'catalyst.openova.io/role', operator: 'Exists' }] } },
    }),
  ],
  [
    'a manifest in a ConfigMap',
    config({
      'a.yaml':
        'apiVersion: catalyst.openova.io/v1alpha1\nkind: Sovereign\nmetadata:\n  labels:\n    catalyst.openova.io/sovereign: omantel.omani.works\n',
    }),
  ],
  ['a comment in YAML', config({ 'a.yaml': '# as on console.openova.io\na: b\n' })],
  [
    'a resource by its full name',
    config({ crds: 'blueprints.catalyst.openova.io' }),
    at('catalyst.openova.io/v1alpha1', 'Blueprint'),
  ],
  ['other names that end alike', config({ a: 'myopenova.io openova.io.evil.example openova.iox' })],
  ['other addresses that begin alike', config({ a: '192.0.2.100 1192.0.2.10 192.0.2.10.5 12.192.0.2.10' })],
  [
    'everybody',
    at('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: { egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }] }] },
    }),
  ],
  ['an event that tells what happened', at('v1', 'Event', { message: 'Failed to pull harbor.openova.io/x' })],
  [
    'an earlier ReplicaSet',
    at(
      'apps/v1',
      'ReplicaSet',
      { spec: { template: { spec: pod({ image: 'harbor.openova.io/x:1' }) } } },
      { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'a', uid: 'u', controller: true }] },
    ),
  ],
  [
    "the Sovereign's own Service in a namespace of that name",
    config({ a: 'http://powerdns.openova-system.svc:8081/own' }),
    at('v1', 'Service', {}, { name: 'powerdns', namespace: 'openova-system' }),
    at('v1', 'Namespace', {}, { name: 'openova-system', namespace: undefined }),
  ],
];

export const harmless = fine.map(([what, ...objects]) => ({ what, objects }));
