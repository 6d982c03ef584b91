import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../src/mother/mother-facts.js';
import { allowedWrites, protectedPages, protection, type Write } from '../../../src/mother/protected-set.js';
import { checkSpec } from '../../../src/sovereign/check-spec.js';
import type { Sovereign } from '../../../src/sovereign/schema.js';
import type { KubeObject } from '../../../src/tools/kube.js';
import { sovereign } from '../handover/rig.js';

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
  ],
  owner: { namespace: 'flux-system', name: 'catalyst-platform' },
};
const facts = factsOf(sovereign(), world);
const protects = protection(sovereign(), () => facts);
const on = (kind: string, name: string, namespace?: string, write: Omit<Write, 'target'> = {}) =>
  protects({ target: { system: 'mother', kind, name, namespace }, ...write });

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
    ['Kustomization', 'other', 'flux-system', /No ownership field/],
    ['Kustomization', 'catalyst-sovereign-named', 'flux-system', /No ownership field/],
    ['Ingress', 'shop-too', 'edge', /routes shop\.example\.org/],
    ['Ingress', 'catch-all', 'edge', /routes/],
    ['Ingress', 'wildcard', 'edge', /routes/],
    ['Ingress', 'elsewhere', 'edge', /could lead a host/],
    ['IngressRoute', 'by-rule', 'edge', /routes console\.openova\.io/],
    ['Service', 'nova', 'edge', /by-rule uses it/],
    ['Middleware', 'strip-shop', 'edge', /shop-too uses it/],
    ['Secret', 'shop-too-tls', 'edge', /shop-too uses it/],
    ['Certificate', 'shop', 'edge', /keeps Secret/],
    ['Secret', 'console-openova-tls', 'catalyst', /not the kubeconfig/],
    ['Secret', `sovereign-new${fqdn}-kubeconfig`, 'catalyst', /not the kubeconfig/],
    ['Deployment', 'catalyst-ui', 'catalyst', /other Sovereigns use/],
    ['ClusterRole', 'catalyst-sovereign-x', undefined, /whole mother cluster/],
  ])('%s %s/%s', (kind, name, namespace, why) => expect(on(kind, name, namespace)).toMatch(why));

  it('anything at all as long as the mother was not read', () => {
    const unread = protection(sovereign());
    const job = { system: 'mother', kind: 'Job', name: 'catalyst-sovereign-inventory', namespace: 'catalyst' };
    const scale = { system: 'mother', kind: 'Deployment', name: 'catalyst-api', namespace: 'catalyst' };
    const leads = { system: 'mother', kind: 'Ingress', name: redirect, namespace: 'catalyst' };
    for (const target of [job, scale, leads]) expect(unread({ target })).toMatch(/was not read/);
    expect(protects({ target: job })).toBeUndefined();
  });

  it("the demos' namespaces on a cluster that is taken for a Sovereign", () => {
    const at = (namespace: string) =>
      protects({ target: { system: 'sovereign', kind: 'Service', name: 'shop-public', namespace } });
    for (const namespace of ['sme', 'tenant-bakkal', 'stalwart']) expect(at(namespace)).toMatch(/whichever cluster/);
    expect(at('openova-system')).toBeUndefined();
    expect(at('gitea')).toBeUndefined();
  });
});

describe('the four kinds of write that are allowed on protected things', () => {
  it('are four, each with what undoes it', () => {
    expect(allowedWrites.map(({ kinds }) => kinds.join())).toEqual([
      'Deployment',
      'Kustomization',
      'Ingress,Middleware',
      'RRset',
    ]);
    for (const { undo } of allowedWrites) expect(undo).not.toBe('');
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
    const own = { 'catalyst.openova.io/sovereign': fqdn };
    const other = { 'catalyst.openova.io/sovereign': 'omantel-omani.works' };
    for (const verb of ['apply', 'delete'] as const) {
      expect(on('Ingress', redirect, 'catalyst', { verb })).toBeUndefined();
      expect(on('Middleware', redirect, 'catalyst', { verb })).toBeUndefined();
    }
    const made = (labels: object) =>
      factsOf(sovereign(), {
        ...world,
        routes: [ingress('catalyst', redirect, 'console.openova.io', { labels, ...uses(`catalyst-${redirect}`) })],
        middlewares: [middleware('catalyst', redirect, labels)],
      });
    for (const kind of ['Ingress', 'Middleware']) {
      const target = { system: 'mother', kind, name: redirect, namespace: 'catalyst' };
      expect(protection(sovereign(), () => made(own))({ target, verb: 'delete' })).toBeUndefined();
      expect(protection(sovereign(), () => made(other))({ target, verb: 'delete' })).toMatch(/protected set/);
    }
  });

  it('record sets at and below the FQDN in the parent zone, and its own zone', () => {
    const dns = (kind: string, name: string, namespace?: string) =>
      protects({ target: { system: 'dns', kind, name, namespace }, verb: 'patch' });
    expect(dns('RRset', 'ns1.omantel.omani.works.')).toBeUndefined();
    expect(dns('RRset', 'omantel.omani.works.', 'omani.works.')).toBeUndefined();
    expect(dns('RRset', 'omantel.omani.works.', 'openova.io.')).toMatch(/parent zone/);
    expect(dns('RRset', 'omani.works.')).toMatch(/not at or below/);
    expect(dns('RRset', 'newomantel.omani.works.')).toMatch(/not at or below/);
    expect(dns('RRset', 'otech.omani.works')).toMatch(/not at or below/);
    expect(on('Zone', 'omantel.omani.works.', 'openova-system', { verb: 'delete' })).toBeUndefined();
    expect(on('Zone', 'omani.works.', 'openova-system')).toMatch(/does not belong/);
    expect(on('Zone', 'x.omantel.omani.works.', 'openova-system')).toMatch(/does not belong/);
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
    const target = { system: 'dns', kind: 'RRset', name: `${name}.` };
    expect(protection(made, () => facts)({ target, verb: 'patch' })).toMatch(/must not be the name of a Sovereign/);
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
