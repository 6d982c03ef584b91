import { describe, expect, it } from 'vitest';
import type { Write } from '../../../../src/engine/protects.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { factsOf } from '../../../../src/mother/protected/mother-facts.js';
import {
  allowedWrites,
  protectedPages,
  protectedWrites,
  protection,
} from '../../../../src/mother/protected/protected-set.js';
import { checkSpec } from '../../../../src/sovereign/spec/checks/check-spec.js';
import type { Sovereign } from '../../../../src/sovereign/spec/schema.js';
import { sovereign } from '../../handover/rig.js';

const fqdn = 'omantel.omani.works';
const redirect = 'catalyst-sovereign-redirect-omantel-omani-works';
const kustomization = (name: string, spec: object, ids: string[]): KubeObject => ({
  ...{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', spec },
  metadata: { name, namespace: 'flux-system' },
  status: { inventory: { entries: ids.map((id) => ({ id })) } },
});
const ingress = (namespace: string, name: string, host: string | undefined, more: object = {}): KubeObject => ({
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  metadata: { name, namespace, ...more },
  spec: {
    tls: [{ secretName: `${name}-tls` }],
    rules: [{ host, http: { paths: [{ path: '/', backend: { service: { name: 'backend' } } }] } }],
  },
});
const middleware = (namespace: string, name: string, labels = {}): KubeObject => ({
  ...{ apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware' },
  metadata: { name, namespace, labels },
});
const uses = (name: string) => ({
  annotations: { 'traefik.ingress.kubernetes.io/router.middlewares': `${name}@kubernetescrd` },
});

const world = {
  reconcilers: [
    kustomization('catalyst-platform', {}, ['catalyst_catalyst-api_apps_Deployment']),
    kustomization('sme-services', { sourceRef: { kind: 'GitRepository', name: 'public' } }, ['sme_x_apps_Deployment']),
    kustomization('own', { path: `./clusters/${fqdn}` }, []),
    kustomization('other', { path: `./clusters/new${fqdn}` }, []),
    kustomization('catalyst-sovereign-named', {}, []),
  ],
  routes: [
    ingress('sme', 'shop', 'shop.example.org'),
    ingress('edge', 'shop-too', 'shop.example.org', uses('edge-strip-shop')),
    ingress('edge', 'catch-all', undefined),
    ingress('edge', 'wildcard', '*.openova.io'),
    ingress('edge', 'elsewhere', 'elsewhere.example.net'),
    {
      ...{ apiVersion: 'traefik.io/v1alpha1', kind: 'IngressRoute', metadata: { name: 'by-rule', namespace: 'edge' } },
      spec: {
        routes: [{ match: 'Host(`console.openova.io`) && PathPrefix(`/nova`)', services: [{ name: 'nova' }] }],
      },
    },
  ],
  middlewares: [middleware('edge', 'strip-shop')],
  certificates: [
    {
      ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'shop', namespace: 'edge' } },
      spec: { secretName: 'shop-too-tls', dnsNames: ['shop.example.org'] },
    },
    {
      ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'of-all', namespace: 'edge' } },
      spec: { secretName: 'of-no-route', dnsNames: ['*.openova.io'] },
    },
  ],
  named: [] as KubeObject[],
  owner: { namespace: 'flux-system', name: 'catalyst-platform' },
};
const runId = 'run12345';
const facts = factsOf(sovereign(), world);
const nothing = factsOf(sovereign(), { reconcilers: [], routes: [], middlewares: [], certificates: [], named: [] });
const protects = protection(sovereign(), runId, () => facts);
const on = (kind: string, name: string, namespace?: string, write: Omit<Write, 'target'> = {}) =>
  protects({ target: { system: 'mother', kind, name, namespace }, ...write });
const ours = { 'catalyst.openova.io/sovereign': fqdn };

describe('what is never written on the mother', () => {
  it.each(['sme', 'marketplace', 'website', 'talentmesh', 'stalwart', 'openova-system', 'tenant-bakkal', 'added'])(
    'anything in %s, by whatever name',
    (namespace) => {
      expect(on('Deployment', 'x', namespace)).toMatch(/protected set/);
      expect(on('ConfigMap', 'catalyst-sovereign-x', namespace)).toMatch(/protected set/);
      expect(on('Ingress', redirect, namespace)).toMatch(/protected set/);
      expect(on('Namespace', namespace)).toMatch(/protected set/);
    },
  );

  it.each([
    ['Kustomization', 'sme-services', 'flux-system', /applies Deployment sme\/x/],
    ['GitRepository', 'public', 'flux-system', /sme-services reads it/],
    ['Kustomization', 'other', 'flux-system', /not among what/],
    ['Kustomization', 'catalyst-sovereign-named', 'flux-system', /not among what/],
    ['Ingress', 'shop-too', 'edge', /routes shop\.example\.org/],
    ['Ingress', 'catch-all', 'edge', /routes/],
    ['Ingress', 'wildcard', 'edge', /routes/],
    ['Ingress', 'elsewhere', 'edge', /not among what/],
    ['IngressRoute', 'by-rule', 'edge', /routes console\.openova\.io/],
    ['Service', 'nova', 'edge', /by-rule uses it/],
    ['Middleware', 'strip-shop', 'edge', /shop-too uses it/],
    ['Secret', 'shop-too-tls', 'edge', /shop-too uses it/],
    ['Certificate', 'shop', 'edge', /keeps Secret/],
    ['Certificate', 'of-all', 'edge', /keeps Secret/],
    ['Secret', 'console-openova-tls', 'catalyst', /not among what/],
    ['Secret', `sovereign-new${fqdn}-kubeconfig`, 'catalyst', /not among what/],
    ['Deployment', 'catalyst-ui', 'catalyst', /not among what/],
    ['ClusterRole', 'catalyst-sovereign-x', undefined, /not among what/],
  ])('%s %s/%s', (kind, name, namespace, why) => expect(on(kind, name, namespace)).toMatch(why));

  it('anything at all as long as the mother was not read', () => {
    const unread = protection(sovereign(), runId);
    const job = { system: 'mother', kind: 'Job', name: 'catalyst-sovereign-inventory', namespace: 'catalyst' } as const;
    const scale = { system: 'mother', kind: 'Deployment', name: 'catalyst-api', namespace: 'catalyst' } as const;
    const leads = { system: 'mother', kind: 'Ingress', name: redirect, namespace: 'catalyst' } as const;
    const record = { system: 'dns', kind: 'RRset', name: fqdn } as const;
    for (const target of [job, scale, leads, record]) expect(unread({ target })).toMatch(/was not read/);
    expect(protects({ target: job })).toBeUndefined();
  });

  it("the demos' namespaces on a cluster that is taken for a Sovereign", () => {
    const at = (namespace: string) =>
      protects({ target: { system: 'sovereign', kind: 'Service', name: 'shop-public', namespace } });
    for (const namespace of ['sme', 'tenant-bakkal', 'stalwart']) expect(at(namespace)).toMatch(/any cluster/);
    expect(at('openova-system')).toBeUndefined();
    expect(at('gitea')).toBeUndefined();
  });
});

/** What serves the demos, or everybody, and lies outside their namespaces. Nothing read from the mother tells of any of it. */
const attacks: [kind: string, name: string, namespace?: string][] = [
  ['Deployment', 'traefik', 'kube-system'],
  ['DaemonSet', 'svclb-traefik', 'kube-system'],
  ['Deployment', 'coredns', 'kube-system'],
  ['ConfigMap', 'coredns', 'kube-system'],
  ['HelmChartConfig', 'traefik', 'kube-system'],
  ['Secret', 'x', 'kube-system'],
  ['Deployment', 'kustomize-controller', 'flux-system'],
  ['Deployment', 'source-controller', 'flux-system'],
  ['Secret', 'flux-system', 'flux-system'],
  ['GitRepository', 'flux-system', 'flux-system'],
  ['Kustomization', 'flux-system', 'flux-system'],
  ['Receiver', 'x', 'flux-system'],
  ['ImageUpdateAutomation', 'x', 'flux-system'],
  ['Deployment', 'cert-manager', 'cert-manager'],
  ['Issuer', 'x', 'cert-manager'],
  ['ClusterIssuer', 'letsencrypt-prod'],
  ['Node', 'contabo-1'],
  ['Namespace', 'kube-system'],
  ['Namespace', 'catalyst'],
  ['PersistentVolume', 'pvc-1'],
  ['StorageClass', 'local-path'],
  ['IngressClass', 'traefik'],
  ['PriorityClass', 'x'],
  ['CustomResourceDefinition', 'kustomizations.kustomize.toolkit.fluxcd.io'],
  ['ValidatingWebhookConfiguration', 'cert-manager-webhook'],
  ['MutatingWebhookConfiguration', 'cert-manager-webhook'],
  ['APIService', 'v1beta1.metrics.k8s.io'],
  ['ClusterRole', 'cluster-admin'],
  ['ClusterRoleBinding', 'catalyst-sovereign-x'],
  ['HorizontalPodAutoscaler', 'catalyst-api', 'catalyst'],
  ['NetworkPolicy', 'deny', 'catalyst'],
  ['TLSRoute', 'x', 'catalyst'],
  ['TCPRoute', 'x', 'catalyst'],
  ['HTTPRoute', 'x', 'catalyst'],
  ['Gateway', 'x', 'catalyst'],
  ['IngressRoute', 'x', 'catalyst'],
  ['Ingress', 'catalyst-sovereign-redirect', 'catalyst'],
  ['Middleware', `${redirect}-2`, 'catalyst'],
  ['ConfigMap', 'catalyst-sovereign-anything', 'catalyst'],
  ['ConfigMap', 'catalyst-sovereign-handover-test-omani-works', 'catalyst'],
  ['ConfigMap', 'catalyst-sovereign-handover-omantel-omani-works', 'default'],
  ['Secret', `sovereign-${fqdn}-kubeconfig`, 'default'],
  ['Secret', `sovereign-${fqdn}-kubeconfig`, 'flux-system'],
  ['Lease', 'catalyst-sovereign-other', 'catalyst'],
  ['Lease', 'catalyst-sovereign-mother', 'kube-system'],
  ['Job', 'catalyst-sovereign-inventory-run12345', 'kube-system'],
  ['Job', 'catalyst-sovereign-inventory-deadbeef', 'catalyst'],
  ['Job', 'catalyst-sovereign-anything-run12345', 'catalyst'],
  ['CronJob', 'catalyst-sovereign-inventory-run12345', 'catalyst'],
  ['RoleBinding', 'catalyst-sovereign-undo-omantel-omani-works-run12345', 'kube-system'],
  ['RoleBinding', 'catalyst-sovereign-undo-omantel-omani-works-deadbeef', 'catalyst'],
  ['Role', 'catalyst-sovereign-undo-test-omani-works-run12345', 'catalyst'],
  ['PersistentVolumeClaim', 'catalyst-api-deployments', 'catalyst'],
  ['Deployment', 'catalyst-api', 'default'],
  ['StatefulSet', 'x', 'some-other-namespace'],
  ['PoolAllocation', fqdn],
];

describe('whatever is not in the table', () => {
  it.each(attacks)('%s %s %s is refused, by whatever verb, and where nothing was found on the mother', (...at) => {
    const [kind, name, namespace] = at;
    for (const known of [facts, nothing])
      for (const verb of ['create', 'apply', 'patch', 'delete'] as const)
        for (const system of ['mother', 'dns'] as const) {
          const write: Write = {
            target: { system, kind, name, namespace },
            verb,
            fields: ['spec.replicas'],
            labels: ours,
          };
          expect(protection(sovereign(), runId, () => known)(write)).toMatch(/not among what|protected set/);
        }
  });

  it.each(['Mother', 'mother ', 'the mother', 'contabo', '', 'toString'])(
    'a system called "%s" is none',
    (spelling) => {
      const target = { system: spelling as 'mother', kind: 'Deployment', name: 'traefik', namespace: 'kube-system' };
      expect(protects({ target, verb: 'delete' })).toMatch(/not a system/);
    },
  );

  it('what it makes names this Sovereign, and this run where it names one', () => {
    const [lease, record] = ['catalyst-sovereign-mother', 'catalyst-sovereign-handover-omantel-omani-works'];
    const of = (more: object) => ({ ...ours, ...more });
    expect(
      on('Lease', lease, 'catalyst', { verb: 'create', labels: of({ 'catalyst.openova.io/run': runId }) }),
    ).toBeUndefined();
    expect(on('Lease', lease, 'catalyst', { verb: 'create', labels: of({ 'catalyst.openova.io/run': 'x' }) })).toMatch(
      /run x/,
    );
    expect(on('Lease', lease, 'catalyst', { verb: 'patch' })).toBeUndefined();
    expect(on('ConfigMap', record, 'catalyst', { verb: 'apply', labels: ours })).toBeUndefined();
    expect(on('ConfigMap', record, 'catalyst', { verb: 'apply' })).toMatch(/its owner could not be determined/);
    const other = { 'catalyst.openova.io/sovereign': 'omantel-omani.works' };
    expect(on('ConfigMap', record, 'catalyst', { verb: 'apply', labels: other })).toMatch(
      /its owner could not be determined/,
    );
    expect(on('Lease', lease, 'catalyst', { verb: 'patch', labels: other })).toMatch(
      /its owner could not be determined/,
    );
  });

  it('an undo of an earlier run goes only when it is marked as this Sovereign’s', () => {
    const name = 'catalyst-sovereign-undo-omantel-omani-works-deadbeef';
    const left = (labels: Record<string, string>) =>
      factsOf(sovereign(), {
        ...world,
        named: [{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: 'catalyst', labels } }],
      });
    const target = { system: 'mother', kind: 'Job', name, namespace: 'catalyst' } as const;
    const may = (labels: Record<string, string>, verb: 'delete' | 'apply') =>
      protection(sovereign(), runId, () => left(labels))({ target, verb, labels: ours });
    expect(may(ours, 'delete')).toBeUndefined();
    expect(may(ours, 'apply')).toMatch(/not among what/);
    expect(may({ 'catalyst.openova.io/sovereign': 'omantel-omani.works' }, 'delete')).toMatch(/not among what/);
    expect(may({}, 'delete')).toMatch(/not among what/);
  });

  it('of a Flux object of its own, suspension and its two marks', () => {
    const fields = ['spec.suspend', 'metadata.annotations[catalyst.openova.io/frozen-by]'];
    expect(on('Kustomization', 'own', 'flux-system', { verb: 'patch', fields })).toBeUndefined();
    expect(on('Kustomization', 'own', 'flux-system', { verb: 'delete' })).toBeUndefined();
    expect(on('Kustomization', 'own', 'flux-system', { verb: 'patch', fields: ['spec.path'] })).toMatch(
      /only spec.suspend/,
    );
    expect(on('Kustomization', 'own', 'flux-system', { verb: 'apply', fields, labels: ours })).toMatch(/not by apply/);
    expect(on('HelmRelease', 'own', 'flux-system', { verb: 'delete' })).toMatch(/not among what/);
  });
});

describe('the four kinds of write that are allowed on protected things', () => {
  it('are four, each with what undoes it', () => {
    expect(protectedWrites.map(({ kinds }) => kinds.join())).toEqual([
      'Deployment',
      'Kustomization',
      'Ingress,Middleware',
      'RRset',
    ]);
    for (const { undo } of protectedWrites) expect(undo).not.toBe('');
    for (const { reason } of allowedWrites) expect(reason).not.toBe('');
  });

  it('replicas of catalyst-api and suspension of its owner, no other field, never deletion', () => {
    const both = [
      ['Deployment', 'catalyst-api', 'catalyst', 'spec.replicas'],
      ['Kustomization', 'catalyst-platform', 'flux-system', 'spec.suspend'],
    ] as const;
    for (const [kind, name, namespace, field] of both) {
      expect(on(kind, name, namespace)).toBeUndefined();
      expect(on(kind, name, namespace, { verb: 'patch', fields: [field] })).toBeUndefined();
      expect(on(kind, name, namespace, { verb: 'patch', fields: [field, 'metadata.labels[x]'] })).toMatch(
        /may be written/,
      );
      expect(on(kind, name, namespace, { verb: 'patch' })).toMatch(/all of it/);
      for (const verb of ['delete', 'apply', 'create'] as const)
        expect(on(kind, name, namespace, { verb, fields: [field] })).toMatch(/only the/);
    }
  });

  it('the redirect of this Sovereign, unless an object of its name is another one’s', () => {
    const other = { 'catalyst.openova.io/sovereign': 'omantel-omani.works' };
    for (const verb of ['apply', 'delete'] as const) {
      expect(on('Ingress', redirect, 'catalyst', { verb, labels: ours })).toBeUndefined();
      expect(on('Middleware', redirect, 'catalyst', { verb, labels: ours })).toBeUndefined();
    }
    const made = (labels: object) => {
      const routes = [ingress('catalyst', redirect, 'console.openova.io', { labels, ...uses(`catalyst-${redirect}`) })];
      const middlewares = [middleware('catalyst', redirect, labels)];
      return factsOf(sovereign(), { ...world, routes, middlewares, named: [...routes, ...middlewares] });
    };
    for (const kind of ['Ingress', 'Middleware']) {
      const target = { system: 'mother', kind, name: redirect, namespace: 'catalyst' } as const;
      const may = (labels: object) => protection(sovereign(), runId, () => made(labels))({ target, verb: 'delete' });
      expect(may(ours)).toBeUndefined();
      expect(may(other)).toMatch(/belongs to another Sovereign/);
      expect(may({})).toMatch(/belongs to an unknown owner/);
    }
  });

  it('record sets at and below the FQDN in the parent zone, and its own zone', () => {
    const dns = (kind: string, name: string, namespace?: string) =>
      protects({ target: { system: 'dns', kind, name, namespace }, verb: 'patch', fields: ['records'] });
    expect(dns('RRset', 'ns1.omantel.omani.works.')).toBeUndefined();
    expect(dns('RRset', 'omantel.omani.works.', 'omani.works.')).toBeUndefined();
    expect(dns('RRset', 'omantel.omani.works.', 'openova.io.')).toMatch(/not among what/);
    expect(dns('RRset', 'omani.works.')).toMatch(/not among what/);
    expect(dns('RRset', 'newomantel.omani.works.')).toMatch(/not among what/);
    expect(dns('RRset', 'otech.omani.works')).toMatch(/not among what/);
    expect(on('Zone', 'omantel.omani.works.', 'openova-system', { verb: 'delete' })).toBeUndefined();
    expect(on('Zone', 'omantel.omani.works.', 'openova-system', { verb: 'create' })).toBeUndefined();
    expect(on('Zone', 'omantel.omani.works.', 'openova-system', { verb: 'patch' })).toMatch(/not by patch/);
    for (const verb of ['create', 'delete'] as const) {
      expect(on('Zone', 'omani.works.', 'openova-system', { verb })).toMatch(/not among what/);
      expect(on('Zone', 'newomantel.omani.works.', 'openova-system', { verb })).toMatch(/not among what/);
      expect(on('Zone', 'x.omantel.omani.works.', 'openova-system', { verb })).toMatch(/not among what/);
    }
    expect(on('Zone', 'omani.works.', 'openova-system')).toMatch(/not among what/);
    expect(on('Zone', 'x.omantel.omani.works.', 'openova-system')).toMatch(/not among what/);
  });

  it("everything else that is this Sovereign's own", () => {
    expect(on('Kustomization', 'own', 'flux-system')).toBeUndefined();
    expect(on('ConfigMap', 'catalyst-sovereign-handover-omantel-omani-works', 'catalyst')).toBeUndefined();
    expect(on('Secret', `sovereign-${fqdn}-kubeconfig`, 'catalyst')).toBeUndefined();
  });
});

describe("a name of the mother's or of the demos", () => {
  const named = (name: string): Sovereign => {
    const made = structuredClone(sovereign());
    const [subdomain = '', ...rest] = name.split('.');
    made.spec.fqdn = name;
    made.spec.pool = { ...made.spec.pool, subdomain, domain: rest.join('.') };
    made.spec.mother.protected.pages = ['https://shop.example.org/'];
    return made;
  };
  it.each([
    'console.openova.io',
    'marketplace.openova.io',
    'admin.openova.io',
    'pdns.openova.io',
    'pool.openova.io',
    'ns1.openova.io',
    'openova.openova.io',
    'x.console.openova.io',
    'bakkal.omani.rest',
    'omani.rest',
    'x.bakkal.omani.rest',
    'openova.io',
    'shop.example.org',
    'example.org',
  ])('%s is refused by the schema check and by the gate', (name) => {
    const made = named(name);
    expect(checkSpec(made).map(({ path }) => path.join('.'))).toContain('spec.fqdn');
    const target = { system: 'dns', kind: 'RRset', name: `${name}.` } as const;
    expect(protection(made, runId, () => facts)({ target, verb: 'patch' })).toMatch(
      /must not be the name of a Sovereign/,
    );
  });

  it('is not taken for one by its spelling', () => {
    for (const name of ['omantel.omani.works', 'console.omani.works', 'myshop.example.com', 'bakkal.omani.works'])
      expect(checkSpec(named(name))).toEqual([]);
  });

  it('names the pages of the demos', () => {
    expect(protectedPages(sovereign())).toEqual([
      'https://console.openova.io/nova/',
      'https://marketplace.openova.io/',
      'https://admin.openova.io/nova/',
    ]);
  });
});
