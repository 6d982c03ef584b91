/** A mother in small: demos, what reconciles and routes them, what lives beside them, their DNS and their pages. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import type { HttpAnswer } from '../../../../src/tools/http/http.js';
import { memoryCluster, sovereign } from '../../handover/rig.js';

export const object = (apiVersion: string, kind: string, at: string, more: Partial<KubeObject> = {}): KubeObject => {
  const [namespace, name] = at.includes('/') ? at.split('/') : [undefined, at];
  const { metadata, ...rest } = more;
  return {
    apiVersion,
    kind,
    metadata: { name: name!, namespace, uid: `${kind}-${at}`, generation: 1, ...metadata },
    ...rest,
  };
};
export const owned = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: 'v1', kind, name, uid: `${kind}-sme/${name}`, controller: true }],
});
export const meta = (part: object) => ({ metadata: part as KubeObject['metadata'] });

/** Two certificates of the same names from the same authority, as before and after a renewal. */
export const certificates: readonly string[] = madeCertificates();

function madeCertificates(): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-certificates-'));
  const made = ['1', '2'].map((serial) => {
    const file = join(folder, serial);
    const names = ['-subj', '/CN=shop', '-addext', 'subjectAltName=DNS:shop.example.org'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${file}.key`];
    execFileSync('openssl', ['req', '-x509', ...key, ...names, '-set_serial', serial, '-out', file], { stdio: 'pipe' });
    return readFileSync(file).toString('base64');
  });
  rmSync(folder, { recursive: true });
  return made;
}

export function mother() {
  const objects = [
    object('v1', 'Namespace', 'sme', meta({ labels: { tier: 'demo' } })),
    object('apps/v1', 'Deployment', 'sme/shop', { spec: { replicas: 2, template: { spec: { image: 'shop:1' } } } }),
    object('apps/v1', 'Deployment', 'sme/scaled', { spec: { replicas: 2, template: { spec: { image: 'x:1' } } } }),
    object('autoscaling/v2', 'HorizontalPodAutoscaler', 'sme/scaled', {
      spec: { minReplicas: 1, scaleTargetRef: { kind: 'Deployment', name: 'scaled' } },
    }),
    object('v1', 'Service', 'sme/shop', { spec: { selector: { app: 'shop' }, ports: [{ port: 80 }] } }),
    object('v1', 'Endpoints', 'sme/shop', { subsets: [{ addresses: ['10.0.0.1'] }] }),
    object('discovery.k8s.io/v1', 'EndpointSlice', 'sme/shop-1', { ...meta(owned('Service', 'shop')), endpoints: [1] }),
    object('v1', 'Pod', 'sme/shop-1', { ...meta(owned('ReplicaSet', 'shop-1')), spec: { nodeName: 'a' } }),
    object('apps/v1', 'ReplicaSet', 'sme/shop-1', { ...meta(owned('Deployment', 'shop')), spec: { replicas: 2 } }),
    object('coordination.k8s.io/v1', 'Lease', 'sme/leader', { spec: { renewTime: '10:00' } }),
    object('batch/v1', 'CronJob', 'sme/report', { spec: { schedule: '0 * * * *' } }),
    object('v1', 'Secret', 'sme/keys', { type: 'Opaque', data: { key: 'b25l' } }),
    object('v1', 'Secret', 'sme/shop-tls', {
      ...meta({ annotations: { 'cert-manager.io/certificate-name': 'shop' } }),
      ...{ type: 'kubernetes.io/tls', data: { 'tls.crt': certificates[0], 'tls.key': 'b25l' } },
    }),
    object('cert-manager.io/v1', 'Certificate', 'sme/shop', { spec: { secretName: 'shop-tls', dnsNames: ['a'] } }),
    object('v1', 'ResourceQuota', 'sme/quota', { spec: { hard: { pods: '10' } } }),
    object('networking.k8s.io/v1', 'NetworkPolicy', 'sme/allow', { spec: { ingress: [{}] } }),
    object('rbac.authorization.k8s.io/v1', 'Role', 'sme/reader', { rules: [{ verbs: ['get'] }] }),
    object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'shop-reader', { rules: [{ verbs: ['get'] }] }),
    object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'shop-reads', {
      subjects: [{ kind: 'ServiceAccount', name: 'shop', namespace: 'sme' }],
      roleRef: { kind: 'ClusterRole', name: 'shop-reader' },
    }),
    object('v1', 'ConfigMap', 'sme/settings', { data: { a: '1' } }),
    object('example.org/v1', 'Widget', 'sme/own-kind', { spec: { size: 1 } }),
    object('networking.k8s.io/v1', 'Ingress', 'sme/shop', {
      ...meta({ annotations: { 'traefik.ingress.kubernetes.io/router.middlewares': 'edge-strip@kubernetescrd' } }),
      spec: { rules: [{ host: 'shop.example.org', http: { paths: [{ path: '/' }] } }] },
    }),
    object('traefik.io/v1alpha1', 'Middleware', 'edge/strip', { spec: { stripPrefix: {} } }),
    object('networking.k8s.io/v1', 'Ingress', 'edge/elsewhere', { spec: { rules: [{ host: 'else.example.net' }] } }),
    object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'flux-system/sme-services', {
      spec: { path: './sme', postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'values' }] } },
      status: { inventory: { entries: [{ id: 'sme_shop_apps_Deployment' }] } },
    }),
    object('v1', 'ConfigMap', 'flux-system/values', { data: { a: '1' } }),
    object('v1', 'ConfigMap', 'other/settings', { data: { a: '1' } }),
    object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'flux-system/catalyst-platform', {
      spec: { path: './catalyst' },
      status: { inventory: { entries: [{ id: 'catalyst_catalyst-api_apps_Deployment' }] } },
    }),
    object('apps/v1', 'Deployment', 'catalyst/catalyst-api', { spec: { replicas: 1 } }),
  ];
  const cluster = memoryCluster(objects);
  cluster.kube = { ...cluster.kube, raw: async (path) => ({ status: 200, body: JSON.stringify(discovery(path)) }) };
  const kinds = new Map(
    [...objects, object('v1', 'Event', 'sme/e'), object('batch/v1', 'Job', 'sme/j')].map((one) => [
      `${one.apiVersion} ${one.kind}`,
      one,
    ]),
  );
  function discovery(path: string): object {
    if (path === '/apis') {
      const groups = [...new Set([...kinds.values()].map(({ apiVersion }) => apiVersion))].filter((one) =>
        one.includes('/'),
      );
      return {
        groups: groups.map((groupVersion) => ({
          name: groupVersion.split('/')[0],
          preferredVersion: { groupVersion },
          versions: [],
        })),
      };
    }
    const apiVersion = path.replace(/^\/apis?\//, '');
    const resources = [...kinds.values()].filter((one) => one.apiVersion === apiVersion);
    return {
      resources: resources.flatMap(({ kind, metadata }) => [
        { name: kind.toLowerCase(), kind, namespaced: metadata.namespace !== undefined, verbs: ['list'] },
        ...(kind === 'Deployment' ? [{ name: 'deployment/status', kind, namespaced: true, verbs: ['get'] }] : []),
      ]),
    };
  }
  const zones: Record<string, { name: string; type: string; ttl: number; records: string[] }[]> = {
    'example.org': [
      { name: 'example.org.', type: 'SOA', ttl: 60, records: ['serial 1'] },
      { name: 'example.org.', type: 'NS', ttl: 60, records: ['ns1.example.org.'] },
      { name: 'shop.example.org.', type: 'A', ttl: 60, records: ['192.0.2.1'] },
    ],
    'omani.works': [
      { name: 'omani.works.', type: 'NS', ttl: 60, records: ['ns1.openova.io.'] },
      { name: 'omantel.omani.works.', type: 'NS', ttl: 60, records: ['ns1.openova.io.'] },
      { name: 'otech.omani.works.', type: 'NS', ttl: 60, records: ['ns1.openova.io.'] },
    ],
  };
  let reading = 0;
  const next = () => {
    reading += 1;
    return reading;
  };
  const pages: Record<string, () => string> = {
    'https://shop.example.org/': () => `<p nonce="${next()}">Welcome to the shop</p> at ${reading}:00`,
  };
  const http = async ({ url }: { url: string }): Promise<HttpAnswer> => {
    const path = /servers\/localhost\/zones(?:\/(.*))?$/.exec(url);
    if (!path) return { status: 200, headers: {}, text: pages[url]?.() ?? 'a page' };
    if (path[1] === undefined) return json(Object.keys(zones).map((name) => ({ name: `${name}.` })));
    const sets = zones[path[1].replace(/\.$/, '')] ?? [];
    return json({ rrsets: sets.map((set) => ({ ...set, records: set.records.map((content) => ({ content })) })) });
  };
  const tools = {
    sovereign: sovereign(),
    clock: { now: () => new Date('2026-11-29T10:00:00Z'), sleep: async () => {} },
    http,
    credentials: { find: async () => 'key-key-key' },
    redactor: { register: () => undefined },
    mother: async () => cluster.kube,
  };
  const at = (key: string) => cluster.objects.get(key)!;
  const put = (one: KubeObject) =>
    cluster.objects.set(`${one.kind} ${one.metadata.namespace ?? ''}/${one.metadata.name}`, one);
  return { cluster, zones, pages, tools, at, put };
}
const json = (value: unknown): HttpAnswer => ({ status: 200, headers: {}, text: JSON.stringify(value) });
