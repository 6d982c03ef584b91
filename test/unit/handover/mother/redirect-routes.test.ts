/** That the redirect touches nothing else: what of the mother's routes is told as a problem, and what is not. */
import { beforeEach, describe, expect, it } from 'vitest';
import { redirectRoutes } from '../../../../src/handover/mother/redirect-routes.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { redirectConsole } from '../../../../src/handover/steps/redirect.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { ids } from '../rig.js';
import { type WholeRig, wholeRig } from '../whole-rig.js';

const fqdn = 'omantel.omani.works';
const name = 'catalyst-sovereign-redirect-omantel-omani-works';
let rig: WholeRig;
const problems = async () => (await redirectRoutes(rig.world, rig.mother.kube, ids)).problems;
const own = (kind: 'Ingress' | 'Middleware') => rig.mother.objects.get(`${kind} catalyst/${name}`)!;

const route = (kind: string, spec: Record<string, unknown>, annotations = {}): KubeObject => ({
  apiVersion: kind === 'Ingress' ? 'networking.k8s.io/v1' : 'traefik.io/v1alpha1',
  kind,
  metadata: { name: 'other', namespace: 'tools', annotations },
  spec,
});
const put = (object: KubeObject) => rig.mother.objects.set(`${object.kind} tools/other`, object);

beforeEach(async () => {
  rig = await wholeRig();
  await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
  await redirectConsole(rig.world).run(rig.context);
});

describe('the objects of the redirect', () => {
  it('are as catalyst makes them, and routes of others are no problem', async () => {
    put(route('Ingress', { rules: [{ host: 'tools.openova.io' }] }));
    const seen = await redirectRoutes(rig.world, rig.mother.kube, ids);
    expect(seen.problems).toEqual([]);
    expect(seen.objects).toBe(4);
  });

  it('are told when one is gone', async () => {
    rig.mother.objects.delete(`Middleware catalyst/${name}`);
    expect(await problems()).toEqual([`Middleware catalyst/${name} is not there`]);
  });

  it('are told with the addresses that they take, when somebody widened one', async () => {
    own('Ingress').spec.rules = [
      { host: 'console.openova.io', http: { paths: [{ path: '/nova' }, {}] } },
      { http: {} },
      {},
    ];
    own('Middleware').spec.redirectRegex.regex = '.*';
    expect(await problems()).toEqual([
      `Middleware catalyst/${name} differs from what catalyst creates: ".*"`,
      `Ingress catalyst/${name} differs from what catalyst creates: ["console.openova.io/nova","console.openova.io/"]`,
    ]);
  });

  it('are told when an annotation that routes was changed, and not for one that nothing reads', async () => {
    own('Ingress').metadata.annotations = { ...own('Ingress').metadata.annotations, note: 'seen by ada' };
    expect(await problems()).toEqual([]);
    delete own('Ingress').metadata.annotations!['traefik.ingress.kubernetes.io/router.middlewares'];
    expect(await problems()).toEqual([expect.stringMatching(/^Ingress .* differs from what catalyst creates/)]);
  });
});

describe('objects of others', () => {
  it.each([
    ['names the Middleware', { 'traefik.ingress.kubernetes.io/router.middlewares': `catalyst-${name}@kubernetescrd` }],
    ['has its name', { note: name }],
  ])('use the redirect too when one %s', async (_what, annotations) => {
    put(route('Ingress', {}, annotations));
    expect(await problems()).toEqual(['Ingress tools/other uses the redirect too']);
  });

  it.each([
    ['Middleware', route('Middleware', { redirectRegex: { replacement: `https://console.${fqdn}/` } })],
    [
      'HTTPRoute',
      {
        ...route('HTTPRoute', {
          rules: [{}, { filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: `console.${fqdn}` } }] }],
        }),
        apiVersion: 'gateway.networking.k8s.io/v1',
      },
    ],
    ['Ingress', route('Ingress', {}, { 'nginx.ingress.kubernetes.io/permanent-redirect': `https://console.${fqdn}` })],
  ])('redirect to the Sovereign too: %s', async (kind, object) => {
    put(object);
    expect(await problems()).toEqual([`${kind} tools/other redirects to ${fqdn} too`]);
  });

  it('that only serve its name redirect nothing', async () => {
    put(route('Ingress', { rules: [{ host: `console.${fqdn}` }] }, { note: fqdn }));
    rig.mother.objects.set('HTTPRoute tools/http', {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'http', namespace: 'tools' },
      spec: { rules: [{ filters: [{ type: 'URLRewrite', urlRewrite: { hostname: `console.${fqdn}` } }] }] },
    });
    expect(await problems()).toEqual([]);
  });
});

describe('pages of protected routes', () => {
  it('are asked for, each with one below it, and where they lead is kept', async () => {
    rig.mother.objects.set('Ingress sme/shop', {
      ...route('Ingress', { rules: [{ host: 'shop.openova.io', http: { paths: [{ path: '/' }] } }] }),
      metadata: { name: 'shop', namespace: 'sme' },
    });
    const { http } = rig.world;
    Object.assign(rig.world, {
      http: async (request: { url: string }) =>
        request.url === 'https://shop.openova.io/orders'
          ? { status: 302, headers: { location: '/login' }, text: '' }
          : http(request),
    });
    const { pages } = await redirectRoutes(rig.world, rig.mother.kube, ids);
    expect(pages).toContainEqual({ url: 'https://shop.openova.io/orders', location: '/login' });
    expect(pages.find(({ url }) => /^https:\/\/shop\.openova\.io\/?$/.test(url))).toEqual({ url: expect.any(String) });
  });
});
