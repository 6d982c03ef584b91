/** The fingerprint of the demos: an hour of their ordinary life shows no difference, and every real change does. */
import { describe, expect, it } from 'vitest';
import {
  compareFingerprints,
  type DeclaredEffect,
  requireUnchanged,
} from '../../../../src/mother/fingerprint/compare.js';
import { effectOf, journaledEffects } from '../../../../src/mother/fingerprint/declared-effects.js';
import { type Fingerprint, maskedPages, takeFingerprint } from '../../../../src/mother/fingerprint/fingerprint.js';
import {
  ordinaryAnnotations,
  ordinaryChanges,
  ordinaryParts,
} from '../../../../src/mother/fingerprint/ordinary-changes.js';
import { masked, maskOf } from '../../../../src/mother/fingerprint/print-pages.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { sovereign } from '../../handover/rig.js';
import { certificates, meta, mother, object, owned } from './rig.js';

async function differencesAfter(change: (world: ReturnType<typeof mother>) => void): Promise<string[]> {
  const world = mother();
  const before = await takeFingerprint(world.tools);
  change(world);
  const after = await takeFingerprint(world.tools, { against: before });
  return compareFingerprints(before, after).map(({ what }) => what);
}

describe('an hour of ordinary life on the demos', () => {
  it('shows no difference', async () => {
    const differences = await differencesAfter(({ cluster, at, put, zones }) => {
      put(object('v1', 'Event', 'sme/started', { reason: 'Started' }));
      at('Lease sme/leader').spec.renewTime = '11:00';
      // a Pod is evicted, its successor has another name and address
      cluster.objects.delete('Pod sme/shop-1');
      put(object('v1', 'Pod', 'sme/shop-2', { ...meta(owned('ReplicaSet', 'shop-1')), spec: { nodeName: 'b' } }));
      at('Endpoints sme/shop').subsets = [{ addresses: ['10.0.0.2'] }];
      at('EndpointSlice sme/shop-1').endpoints = [2];
      put(
        object('apps/v1', 'ReplicaSet', 'sme/shop-0', { ...meta(owned('Deployment', 'shop')), spec: { replicas: 0 } }),
      );
      // the autoscaler works
      at('Deployment sme/scaled').spec.replicas = 5;
      at('Deployment sme/scaled').metadata.generation = 4;
      at('HorizontalPodAutoscaler sme/scaled').status = { currentReplicas: 5 };
      // a CronJob runs
      put(object('batch/v1', 'Job', 'sme/report-1', { ...meta(owned('CronJob', 'report')), spec: {} }));
      at('CronJob sme/report').status = { lastScheduleTime: '11:00' };
      // a certificate is renewed
      at('Secret sme/shop-tls').data = { 'tls.crt': certificates[1], 'tls.key': 'dHdv' };
      at('Certificate sme/shop').status = { renewalTime: 'later' };
      const solver = (kind: string, apiVersion: string, spec: object) =>
        put(object(apiVersion, kind, 'sme/cm-acme-http-solver-x', { ...meta(owned('Challenge', 'x')), spec }));
      solver('Service', 'v1', {});
      solver('Ingress', 'networking.k8s.io/v1', {
        rules: [{ host: 'shop.example.org', http: { paths: [{ path: '/.well-known' }] } }],
      });
      // Flux reconciles, a rollout ends, somebody else's Sovereign is delegated
      const flux = at('Kustomization flux-system/sme-services');
      flux.status = { ...flux.status, lastAppliedRevision: 'main@sha1:2' };
      flux.metadata.annotations = { 'reconcile.fluxcd.io/requestedAt': 'now' };
      at('Deployment sme/shop').status = { readyReplicas: 1 };
      for (const one of cluster.objects.values()) {
        one.metadata.resourceVersion = '99';
        one.metadata.managedFields = [{ manager: 'kubelet' }];
      }
      zones['example.org']![0]!.records = ['serial 2'];
      zones['omani.works']!.push({ name: 'newomantel.omani.works.', type: 'NS', ttl: 60, records: ['ns1.x.'] });
      // and what is not the demos' changes as it likes
      at('ConfigMap other/settings').data = { a: '2' };
      at('Ingress edge/elsewhere').spec.rules = [];
      at('Deployment catalyst/catalyst-api').spec.replicas = 0;
    });
    expect(differences).toEqual([]);
  });

  it('is a table, each entry with its reason', () => {
    const reasons = [...ordinaryChanges, ...ordinaryParts, ...ordinaryAnnotations].map(({ reason }) => reason);
    expect(reasons.every((reason) => reason.length > 10)).toBe(true);
    expect(new Set(ordinaryChanges.map(({ kind }) => kind)).size).toBe(ordinaryChanges.length);
  });
});

describe('a real change', () => {
  type Change = (world: ReturnType<typeof mother>) => void;
  const changes: [string, Change, RegExp][] = [
    [
      'image',
      ({ at }) => (at('Deployment sme/shop').spec.template.spec.image = 'shop:2'),
      /^Deployment sme\/shop hash/,
    ],
    ['replicas', ({ at }) => (at('Deployment sme/shop').spec.replicas = 0), /^Deployment sme\/shop hash/],
    ['there and back', ({ at }) => (at('Deployment sme/shop').metadata.generation = 3), /shop generation/],
    ['label', ({ at }) => (at('Deployment sme/shop').metadata.labels = { x: 'y' }), /shop metadata/],
    [
      'annotation',
      ({ at }) => (at('Ingress sme/shop').metadata.annotations = {}),
      /Ingress sme\/shop metadata|Middleware edge\/strip/,
    ],
    ['namespace', ({ at }) => (at('Namespace /sme').metadata.labels = {}), /Namespace sme metadata/],
    ['made again', ({ at }) => (at('ConfigMap sme/settings').metadata.uid = 'new'), /settings uid/],
    ['gone', ({ cluster }) => cluster.objects.delete('ConfigMap sme/settings'), /ConfigMap sme\/settings/],
    ['Secret', ({ at }) => (at('Secret sme/keys').data.key = 'dHdv'), /Secret sme\/keys hash/],
    ['certificate', ({ at }) => (at('Secret sme/shop-tls').data['tls.crt'] = 'dHdv'), /shop-tls hash/],
    [
      'new RBAC',
      ({ put }) => put(object('rbac.authorization.k8s.io/v1', 'Role', 'sme/new', { rules: [] })),
      /Role sme\/new/,
    ],
    ['rules', ({ at }) => (at('Role sme/reader').rules = []), /Role sme\/reader hash/],
    ['cluster role', ({ at }) => (at('ClusterRole /shop-reader').rules = []), /ClusterRole shop-reader hash/],
    ['binding', ({ cluster }) => cluster.objects.delete('ClusterRoleBinding /shop-reads'), /shop-rea/],
    ['NetworkPolicy', ({ at }) => (at('NetworkPolicy sme/allow').spec.ingress = []), /NetworkPolicy sme\/allow hash/],
    ['quota', ({ at }) => (at('ResourceQuota sme/quota').spec.hard.pods = '0'), /quota hash/],
    ['CronJob', ({ at }) => (at('CronJob sme/report').spec.suspend = true), /CronJob sme\/report hash/],
    ['autoscaler', ({ at }) => (at('HorizontalPodAutoscaler sme/scaled').spec.minReplicas = 0), /scaled hash/],
    ['own kind', ({ at }) => (at('Widget sme/own-kind').spec.size = 2), /Widget sme\/own-kind hash/],
    ['Pod by hand', ({ put }) => put(object('v1', 'Pod', 'sme/shell', { spec: {} })), /Pod sme\/shell/],
    ['Job by hand', ({ put }) => put(object('batch/v1', 'Job', 'sme/once', { spec: {} })), /Job sme\/once/],
    [
      'Ingress of another controller',
      ({ put }) => put(object('networking.k8s.io/v1', 'Ingress', 'sme/x', { ...meta(owned('App', 'x')), spec: {} })),
      /Ingress sme\/x/,
    ],
    ['our prefix', ({ put }) => put(object('v1', 'ConfigMap', 'sme/catalyst-sovereign-x')), /catalyst-sovereign-x/],
    [
      'suspended',
      ({ at }) => (at('Kustomization flux-system/sme-services').spec.suspend = true),
      /sme-services suspend/,
    ],
    ['its path', ({ at }) => (at('Kustomization flux-system/sme-services').spec.path = './x'), /sme-services hash/],
    ['its values', ({ at }) => (at('ConfigMap flux-system/values').data.a = '2'), /ConfigMap flux-system\/values hash/],
    ['middleware', ({ at }) => (at('Middleware edge/strip').spec = {}), /Middleware edge\/strip hash/],
    [
      'a route of its host elsewhere',
      ({ put }) =>
        put(object('networking.k8s.io/v1', 'Ingress', 'edge/new', { spec: { rules: [{ host: 'shop.example.org' }] } })),
      /Ingress edge\/new/,
    ],
    ['address', ({ zones }) => (zones['example.org']![2]!.records = ['192.0.2.9']), /A shop\.example\.org/],
    ['apex', ({ zones }) => (zones['omani.works']![0]!.records = []), /NS omani\.works/],
    [
      'a zone in front of it',
      ({ zones }) => (zones['shop.example.org'] = [{ name: 'shop.example.org.', type: 'A', ttl: 1, records: ['x'] }]),
      /A shop\.example\.org in zone shop/,
    ],
    [
      'page',
      ({ pages }) => (pages['https://shop.example.org/'] = () => '<p nonce="7">Closed for today</p> at 7:00'),
      /shop\.example\.org\/ bodyHash/,
    ],
  ];
  it.each(changes)('of %s is a difference', async (_name, change, expected) => {
    const found = await differencesAfter((world) => void change(world));
    expect(found.length).toBeGreaterThan(0);
    for (const what of found) expect(what).toMatch(expected);
  });
});

describe('pages', () => {
  it('report what differs between two readings and mask only that', async () => {
    const print = await takeFingerprint(mother().tools);
    expect(maskedPages(print)).toEqual([expect.stringMatching(/shop\.example\.org.* of \d+ words are not compared/)]);
    const mask = maskOf('a nonce=1 b', 'a nonce=2 b');
    expect(masked('a nonce=3 b', mask)).toBe(masked('a nonce=1 b', mask));
    expect(masked('c nonce=3 b', mask)).not.toBe(masked('a nonce=1 b', mask));
    const lines = maskOf('head x tail', 'head x y z tail');
    expect(masked('head x other words tail', lines)).toBe(masked('head x tail', lines));
    expect(masked('head x end', lines)).not.toBe(masked('head x tail', lines));
  });
});

describe('a page that does not answer', () => {
  const url = 'https://shop.example.org/';

  it('is one difference, with the reason', async () => {
    const world = mother();
    const before = await takeFingerprint(world.tools);
    world.pages[url] = () => {
      throw fail('E3002', `GET ${url}: ECONNREFUSED.`);
    };
    const after = await takeFingerprint(world.tools, { against: before });
    expect(compareFingerprints(before, after)).toEqual([
      { what: url, before: 'answered with 200', after: `no answer: GET ${url}: ECONNREFUSED.` },
    ]);
    expect(compareFingerprints(after, after)).toEqual([]);
  });

  it('is asked again when its connection is cut, which is no change of the demos', async () => {
    const world = mother();
    const asked: unknown[] = [];
    const http: typeof world.tools.http = (request) => {
      if (request.url === url) asked.push(request);
      return world.tools.http(request);
    };
    await takeFingerprint({ ...world.tools, http });
    expect(asked).toEqual([expect.objectContaining({ again: true }), expect.objectContaining({ again: true })]);
  });
});

describe('what a journaled mutation declares', () => {
  const base: Fingerprint = { version: 2, at: '', objects: [], names: [], pages: [] };
  const flux = (suspend: boolean, hash = 'h') => ({
    ...{ kind: 'Kustomization', namespace: 'flux-system', name: 'catalyst-platform', metadata: 'm', hash, suspend },
  });
  const suspends = (after: boolean) => ({
    target: { system: 'mother' as const, kind: 'Kustomization', namespace: 'flux-system', name: 'catalyst-platform' },
    sentence: 'suspend it',
    effect: { field: 'spec.suspend', after },
  });
  const effects = (...mutations: ReturnType<typeof suspends>[]) =>
    mutations.map((one) => effectOf(sovereign(), one)).filter((one): one is DeclaredEffect => one !== undefined);
  const [on, off] = [
    { ...base, objects: [flux(false)] },
    { ...base, objects: [flux(true)] },
  ];

  it('is subtracted by object, field and value, and by nothing else', () => {
    expect(compareFingerprints(on, off, effects(suspends(true)))).toEqual([]);
    expect(compareFingerprints(on, off, effects(suspends(true), suspends(false)))).toHaveLength(1);
    expect(compareFingerprints(on, off)).toHaveLength(1);
    const more = { ...base, objects: [flux(true, 'changed')] };
    expect(compareFingerprints(on, more, effects(suspends(true))).map(({ field }) => field)).toEqual(['hash']);
  });

  it('is this redirect as a whole, out of the journal too, and no other object of our prefix', () => {
    const redirect = (name: string) => ({
      ...base,
      objects: [{ kind: 'Ingress', namespace: 'catalyst', name, metadata: 'm', hash: 'h' }],
    });
    const target = (name: string) => ({ system: 'mother' as const, kind: 'Ingress', namespace: 'catalyst', name });
    const own = 'catalyst-sovereign-redirect-omantel-omani-works';
    const entries = [own, 'catalyst-sovereign-x'].map((name) => ({
      ...{ kind: 'ok', target: target(name), inputs: { sentence: 'write it' } },
    }));
    const declared = journaledEffects(sovereign(), entries);
    expect(compareFingerprints(base, redirect(own), declared)).toEqual([]);
    expect(compareFingerprints(base, redirect('catalyst-sovereign-x'), declared)).toHaveLength(1);
    const of = (...kinds: string[]) =>
      journaledEffects(
        sovereign(),
        kinds.map((kind) => ({ ...entries[0]!, op: 'a', kind })),
      );
    expect(compareFingerprints(base, redirect(own), of('begin', 'fail'))).toHaveLength(1);
    // a run that was killed has noted no end, and may have made it
    expect(compareFingerprints(base, redirect(own), of('begin'))).toEqual([]);
  });

  it('is named, with what undoes it, when the object differs in more than that', () => {
    const more = { ...base, objects: [flux(true, 'changed')] };
    const check = () => requireUnchanged(on, more, { label: 'After FROZEN', effects: effects(suspends(true)) });
    expect(check).toThrow(/After FROZEN.*catalyst-platform hash.*This run did: suspend it/);
    const stranger = () => requireUnchanged(on, off, { label: 'At the end' });
    expect(stranger).toThrow(/somebody or something else/);
    expect.soft(() => stranger()).toThrow(expect.objectContaining({ code: 'E5003', exitCode: 7 }));
  });
});

describe('a reading', () => {
  /** What it asks of the API and of other servers, in order; `hold` keeps the Kustomizations back, without which there are no facts. */
  function counted(hold: Promise<void> = Promise.resolve()) {
    const world = mother();
    const asked: string[] = [];
    const { kube } = world.cluster;
    world.cluster.kube = {
      ...kube,
      async list(what) {
        const which = `${what.namespace ? ` in ${what.namespace}` : ''}${what.labelSelector ? ` with ${what.labelSelector}` : ''}`;
        asked.push(`list ${what.apiVersion} ${what.kind}${which}`);
        if (what.kind === 'Kustomization') await hold;
        return kube.list(what);
      },
      async get(ref) {
        asked.push(`get ${ref.kind} ${ref.name}`);
        return kube.get(ref);
      },
      async raw(path) {
        asked.push(`raw ${path}`);
        return kube.raw(path);
      },
    };
    const { http } = world.tools;
    world.tools.http = async (request) => {
      asked.push(`GET ${request.url}`);
      return http(request);
    };
    return { world, asked };
  }

  it('asks for each kind, zone and page once, and for nothing by name that is in a list', async () => {
    const { world, asked } = counted();
    const before = await takeFingerprint(world.tools);
    asked.length = 0;
    await takeFingerprint(world.tools, { against: before });
    expect(asked.filter((one, index) => asked.indexOf(one) < index)).toEqual([]);
    expect(asked.filter((one) => /^(get|raw) | in /.test(one))).toEqual([]);
  });

  it('does not wait for what the objects say before it reads other kinds, zones and the pages it knows', async () => {
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const free = counted();
    const before = await takeFingerprint(free.world.tools);
    const { world, asked } = counted(held);
    const reading = takeFingerprint(world.tools, { against: before });
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual(
      expect.arrayContaining([
        'list v1 ResourceQuota',
        'GET https://shop.example.org/',
        expect.stringMatching(/^GET .*\/servers\/localhost\/zones$/),
      ]),
    );
    go();
    expect(compareFingerprints(before, await reading)).toEqual([]);
  });
});
