/** No write before it is known that the mother and the Sovereign are two clusters, and that the Sovereign's is not a mother's. */
import { describe, expect, it } from 'vitest';
import { type Clusters, requireDistinctClusters } from '../../../../src/actions/session/require-distinct-clusters.js';
import type { System } from '../../../../src/engine/systems.js';
import type { Kube } from '../../../../src/kubernetes/client/kube.js';
import type { WorldIdentity } from '../../../../src/sovereign/world-identity.js';
import { systemClock } from '../../../../src/support/clock.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { omantel } from '../../../fakes/fake-world.js';

const mark = { id: 'a1', name: 'first' };

function cluster(uid: string, more: { namespaces?: string[]; lab?: typeof mark } = {}): Kube {
  const kube = fakeKube();
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid } });
  for (const name of more.namespaces ?? []) kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const metadata = { namespace: 'kube-system', name: 'catalyst-lab' };
  if (more.lab) kube.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: more.lab });
  return { ...kube, server: `https://${uid}`, kubeconfig: `/${uid}.kubeconfig` };
}
const down: Kube = {
  ...cluster('down'),
  get: async () => {
    throw fail('E3101', 'connection refused');
  },
};

function world(given: { kube?: Kube; mother?: Kube; identity?: WorldIdentity }): Clusters {
  const of = (kube: Kube | undefined) => async () => {
    if (kube) return kube;
    throw fail('E3101', 'no kubeconfig');
  };
  return {
    sovereign: omantel(),
    clock: systemClock,
    signal: new AbortController().signal,
    kube: of(given.kube),
    mother: of(given.mother),
    identity: async () => given.identity ?? { kind: 'real' },
  };
}
const write = (system: System) => ({ target: { system, kind: 'Namespace', name: 'x' } });
const check = (given: Parameters<typeof world>[0], system: System = 'sovereign') =>
  requireDistinctClusters(world(given))(write(system));
const mother = cluster('mother', { namespaces: ['sme', 'catalyst'] });

describe('before the first write', () => {
  it('two clusters pass, and so does a Sovereign that does not exist yet', async () => {
    await check({ kube: cluster('own', { namespaces: ['gitea', 'tenant-acme'] }), mother });
    await check({ mother });
    await check({});
  });

  it.each<System>(['sovereign', 'mother', 'hetzner', 'git'])(
    'one cluster twice is refused, for a write to %s',
    async (system) => {
      await expect(check({ kube: mother, mother }, system)).rejects.toMatchObject({
        code: 'E1410',
        exitCode: 7,
        message: expect.stringMatching(/\/mother\.kubeconfig.*lead to the same cluster/),
      });
    },
  );

  it('their UIDs are reported, to be compared with those of before', async () => {
    const uids: object[] = [];
    const report = (given: Parameters<typeof world>[0]) =>
      requireDistinctClusters(world(given), (known) => uids.push(known))(write('hetzner'));
    await report({ kube: cluster('own'), mother });
    await report({ mother });
    expect(uids).toEqual([{ motherUid: 'mother', clusterUid: 'own' }, { motherUid: 'mother' }]);
    const other = requireDistinctClusters(world({ mother }), () => {
      throw fail('E4030', 'another mother');
    });
    await expect(other(write('hetzner'))).rejects.toMatchObject({ code: 'E4030', exitCode: 7 });
    const foreign = requireDistinctClusters(world({ kube: cluster('own'), mother }), async () => {
      throw fail('E1410', 'none of its nodes is ours');
    });
    await expect(foreign(write('sovereign'))).rejects.toMatchObject({ code: 'E1410' });
  });

  it('a swap of the two kubeconfigs is refused: the cluster that is named as the Sovereign holds the demos', async () => {
    await expect(check({ kube: mother, mother: cluster('own') })).rejects.toMatchObject({
      code: 'E1410',
      message: expect.stringContaining('holds the SME demos (namespace sme)'),
    });
  });

  it.each([
    ['is not configured', undefined],
    ['does not answer', down],
  ])('where the mother %s, a cluster that holds any protected namespace is refused', async (_, lost) => {
    await expect(check({ kube: mother, mother: lost })).rejects.toMatchObject({ code: 'E1410' });
    const tenants = cluster('own', { namespaces: ['tenant-acme'] });
    await expect(check({ kube: tenants, mother: lost })).rejects.toMatchObject({
      message: expect.stringContaining('The mother cluster could not be read'),
    });
    await check({ kube: cluster('own'), mother: lost });
  });

  it("another lab's cluster is refused, and a lab's among real ones", async () => {
    const kube = cluster('own', { lab: mark });
    await check({ kube, mother, identity: { kind: 'lab', ...mark } });
    await expect(check({ kube, mother })).rejects.toMatchObject({ code: 'E1411', exitCode: 7 });
    const other: WorldIdentity = { kind: 'lab', id: 'b2', name: 'second' };
    await expect(check({ kube, mother, identity: other })).rejects.toMatchObject({ code: 'E1411' });
  });

  it('a Sovereign that cannot be read stops writes to it, and not the deletion of its servers', async () => {
    await expect(check({ kube: down, mother })).rejects.toMatchObject({ code: 'E3101' });
    await check({ kube: down, mother }, 'hetzner');
  });

  it('an undo is not stopped by the interrupt that made it necessary, when the Sovereign does not answer', async () => {
    const run = new AbortController();
    const ready = requireDistinctClusters({ ...world({ kube: down, mother }), signal: run.signal });
    await ready(write('mother'), run.signal);
    run.abort(fail('E1901', 'Interrupted.'));
    await ready(write('mother'), new AbortController().signal);
    await expect(ready(write('mother'), run.signal)).rejects.toMatchObject({ code: 'E1901' });
  });

  it('reads once, and again for a cluster that was created meanwhile', async () => {
    let reads = 0;
    const counted = (uid: string): Kube => {
      const kube = cluster(uid);
      return {
        ...kube,
        get: (ref) => {
          reads += 1;
          return kube.get(ref);
        },
      };
    };
    let now: Kube | undefined;
    const ready = requireDistinctClusters({
      ...world({ mother }),
      kube: async () => {
        if (now) return now;
        throw fail('E3101', 'not yet');
      },
    });
    await ready(write('hetzner'));
    now = counted('own');
    await ready(write('sovereign'));
    const first = reads;
    await ready(write('sovereign'));
    expect(reads).toBe(first);
    now = { ...mother };
    await expect(ready(write('sovereign'))).rejects.toMatchObject({ code: 'E1410' });
  });
});
