import { describe, expect, it } from 'vitest';
import { openHandover } from '../../../../src/handover/handover.js';
import { checkRedirect, redirectObjects, redirectPaths } from '../../../../src/handover/mother/redirect.js';
import { makeRedirect } from '../../../../src/handover/steps/redirect.js';
import { ids, memoryCluster, motherCluster, rig } from '../rig.js';

const { world } = rig(motherCluster({}), memoryCluster([]), (call) =>
  ids.some((id) => call.endsWith(`/sovereign/${id}`))
    ? { status: 301, headers: { location: 'https://console.omantel.omani.works/sovereign/' } }
    : { status: 200 },
);
const neighbour = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'console-sovereign', namespace: 'catalyst' },
  spec: {
    ingressClassName: 'traefik',
    tls: [{ hosts: ['console.openova.io'], secretName: 'console-openova-tls' }],
    rules: [
      {
        host: 'console.openova.io',
        http: { paths: [{ path: '/sovereign', backend: { service: { name: 'catalyst-ui' } } }] },
      },
    ],
  },
};

describe('the redirect', () => {
  const { middleware, ingress } = redirectObjects(world, ids, neighbour, true);
  const regex = new RegExp(middleware.spec.redirectRegex.regex);
  const leads = (url: string) => regex.test(url);

  it('matches the ids of this Sovereign and nothing else of the host', () => {
    expect(leads(`https://console.openova.io/sovereign/${ids[0]}`)).toBe(true);
    expect(leads(`https://console.openova.io/sovereign/provision/${ids[0]}/jobs?x=1`)).toBe(true);
    for (const path of [
      '/',
      '/nova/',
      '/sovereign',
      '/sovereign/',
      `/sovereign/${ids[0]}0`,
      '/sovereign/0000000000000000',
      `/nova/sovereign/${ids[0]}`,
    ])
      expect(leads(`https://console.openova.io${path}`), path).toBe(false);
    expect(leads(`https://evil.example/console.openova.io/sovereign/${ids[0]}`)).toBe(false);
  });

  it('is permanent, on its own objects, with the certificate that the host has', () => {
    expect(middleware.spec.redirectRegex).toMatchObject({
      replacement: 'https://console.omantel.omani.works/sovereign/',
      permanent: true,
    });
    expect(ingress.metadata.name).toMatch(/^catalyst-sovereign-redirect-/);
    expect(ingress.spec.tls).toEqual(neighbour.spec.tls);
    expect(ingress.spec.rules[0].http.paths.map((one: { path: string }) => one.path)).toEqual(redirectPaths(ids));
  });

  it('tells which address does not lead there', async () => {
    expect(await checkRedirect(world, ids)).toEqual([`/sovereign/provision/${ids[0]} answers 200`]);
  });
});

describe('a redirect that fails half-way is removed again', () => {
  /** A console on which the redirect works; `changed` is another page that it alters. */
  const made = (changed?: string) => {
    const mother = motherCluster({});
    mother.objects.set('Ingress catalyst/console-sovereign', neighbour);
    const stands = () => mother.objects.has('Ingress catalyst/catalyst-sovereign-redirect-omantel-omani-works');
    const location = 'https://console.omantel.omani.works/sovereign/';
    const rigged = rig(mother, memoryCluster([]), (call) => {
      if (stands() && changed !== undefined && call.endsWith(changed)) return { status: 404 };
      return stands() && call.includes(ids[0]!) ? { status: 301, headers: { location } } : { status: 200 };
    });
    return { stands, mother, ...rigged };
  };

  it('stays when nothing else changed', async () => {
    const { stands, world, context } = made();
    const handover = await openHandover(world, context);
    handover.record.ids = [...ids];
    await makeRedirect(handover);
    expect(stands()).toBe(true);
  });

  it('goes when another page of the host changed', async () => {
    const { stands, mother, world, context } = made('/nova/');
    const handover = await openHandover(world, context);
    handover.record.ids = [...ids];
    await expect(makeRedirect(handover)).rejects.toMatchObject({ code: 'E5106' });
    expect(stands()).toBe(false);
    expect([...mother.objects.keys()].filter((key) => key.includes('redirect'))).toEqual([]);
    expect(handover.record.redirectedAt).toBeUndefined();
  });
});
