import { describe, expect, it } from 'vitest';
import { lookAtCatalyst, openHandover } from '../../../../src/handover/handover.js';
import { holdMother } from '../../../../src/handover/mother/hold-mother.js';
import { makeRedirect } from '../../../../src/handover/mother/make-redirect.js';
import {
  checkRedirect,
  redirectObjects,
  redirectPaths,
  redirectRefs,
} from '../../../../src/handover/mother/redirect.js';
import { redirectUndoObjects } from '../../../../src/mother/jobs/undo-job.js';
import { ids, type MemoryCluster, memoryCluster, motherCluster, rig } from '../rig.js';

const target = 'https://console.omantel.omani.works/sovereign/';
/** Where a working redirect leads a call. */
const locationOf = (call: string) => `${target}${call.replace(/^.*\/[0-9a-f]{16}\/?/, '')}`;
const { world } = rig(motherCluster({}), memoryCluster([]), (call) =>
  ids.some((id) => call.includes(`/sovereign/${id}`))
    ? { status: 301, headers: { location: locationOf(call) } }
    : { status: 200 },
);
const neighbor = {
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
  const { middleware, ingress } = redirectObjects(world, ids, neighbor, true);
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

  it.each([
    ['', ''],
    ['/', ''],
    ['?x=1', '?x=1'],
    ['/cloud/architecture?node=cp1', 'cloud/architecture?node=cp1'],
    ['/?x=1', '?x=1'],
  ])('leads %s behind an id on to %s', (tail, there) => {
    const url = `https://console.openova.io/sovereign/${ids[0]}${tail}`;
    expect(url.replace(regex, middleware.spec.redirectRegex.replacement.replaceAll(/\$\{(\d)\}/g, '$$$1'))).toBe(
      `${target}${there}`,
    );
  });

  it('is permanent, on its own objects, with the certificate that the host has', () => {
    expect(middleware.spec.redirectRegex).toMatchObject({
      replacement: `${target}\${1}\${2}`,
      permanent: true,
    });
    expect(ingress.metadata.name).toMatch(/^catalyst-sovereign-redirect-/);
    expect(ingress.spec.tls).toEqual(neighbor.spec.tls);
    expect(ingress.spec.rules[0].http.paths.map((one: { path: string }) => one.path)).toEqual(redirectPaths(ids));
  });

  it('tells which address does not lead there', async () => {
    expect(await checkRedirect(world, ids)).toEqual([
      `/sovereign/provision/${ids[0]} answers 200`,
      `/sovereign/provision/${ids[0]}?tab=jobs&from=mail answers 200`,
      `/sovereign/provision/${ids[0]}/cloud/architecture?node=cp1 answers 200`,
    ]);
  });
});

const undoKinds = ['Job', 'RoleBinding', 'Role', 'ServiceAccount', 'Lease'];
const left = ({ objects }: MemoryCluster) => [...objects.values()].filter(({ kind }) => undoKinds.includes(kind));
const redirectOf = ({ objects }: MemoryCluster) => [...objects.keys()].filter((key) => key.includes('redirect'));

describe('a redirect that fails half-way is removed again', () => {
  /** A console on which the redirect works; `changed` is another page that it alters. */
  const made = (changed?: string) => {
    const mother = motherCluster({});
    mother.objects.set('Ingress catalyst/console-sovereign', neighbor);
    const stands = () => mother.objects.has('Ingress catalyst/catalyst-sovereign-redirect-omantel-omani-works');
    const rigged = rig(mother, memoryCluster([]), (call) => {
      if (stands() && changed !== undefined && call.endsWith(changed)) return { status: 404 };
      const headers = { location: locationOf(call) };
      return stands() && call.includes(ids[0]!) ? { status: 301, headers } : { status: 200 };
    });
    return { stands, mother, ...rigged };
  };

  it('stays when nothing else changed, and its undo is gone before that is recorded', async () => {
    const { stands, mother, world, context } = made();
    const handover = await openHandover(world, context);
    handover.record.ids = [...ids];
    mother.writes.length = 0;
    await makeRedirect(handover);
    expect(stands()).toBe(true);
    const order = ['apply Job', 'apply Middleware', 'apply Ingress', 'delete Job', 'apply ConfigMap'];
    const at = order.map((write) => mother.writes.findIndex((one) => one.startsWith(write)));
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    expect(at).not.toContain(-1);
    expect(left(mother)).toEqual([]);
  });

  it('is not made when its undo cannot be armed', async () => {
    const { stands, mother, world, context } = made();
    const { onWrite } = mother;
    mother.onWrite = (verb, object) => {
      onWrite?.(verb, object);
      if (object.kind === 'Job')
        Object.assign(object, { metadata: { ...object.metadata, annotations: {} }, status: { failed: 1 } });
    };
    const handover = await openHandover(world, context);
    handover.record.ids = [...ids];
    await expect(makeRedirect(handover)).rejects.toMatchObject({ code: 'E5020' });
    expect(mother.writes.filter((one) => /Ingress|Middleware/.test(one))).toEqual([]);
    expect([stands(), left(mother)]).toEqual([false, []]);
  });

  describe('when its run was killed', () => {
    /** As that run left it: Ingress, Middleware and the undo. */
    const killed = async (of = { fqdn: 'omantel.omani.works', runId: 'deadbeef' }) => {
      const rigged = made();
      const { mother, world } = rigged;
      const labels = { 'catalyst.openova.io/sovereign': of.fqdn, 'catalyst.openova.io/run': of.runId };
      for (const { apiVersion, kind, namespace, name } of Object.values(redirectRefs(world)))
        mother.objects.set(`${kind} ${namespace}/${name}`, { apiVersion, kind, metadata: { namespace, name, labels } });
      const run = { fqdn: 'omantel.omani.works', runId: 'deadbeef', seconds: 900, until: new Date(0) };
      for (const object of redirectUndoObjects(await lookAtCatalyst(world), run))
        mother.objects.set(`${object.kind} ${object.metadata.namespace}/${object.metadata.name}`, object);
      return rigged;
    };

    it('whoever holds the mother next removes it with its undo', async () => {
      const { stands, mother, world, context } = await killed();
      await holdMother(world, context, async () => expect(stands()).toBe(false));
      expect(redirectOf(mother)).toEqual([]);
      expect(left(mother)).toEqual([]);
    });

    it('what another run has made anew since stays', async () => {
      const { stands, mother, world, context } = await killed({ fqdn: 'omantel.omani.works', runId: 'cafe0000' });
      await holdMother(world, context, async () => undefined);
      expect(stands()).toBe(true);
      expect(left(mother)).toEqual([]);
    });
  });

  it('goes when another page of the host changed', async () => {
    const { stands, mother, world, context } = made('/nova/');
    const handover = await openHandover(world, context);
    handover.record.ids = [...ids];
    await expect(makeRedirect(handover)).rejects.toMatchObject({ code: 'E5106' });
    expect(stands()).toBe(false);
    expect(redirectOf(mother)).toEqual([]);
    expect(left(mother)).toEqual([]);
    expect(handover.record.redirectedAt).toBeUndefined();
  });
});
