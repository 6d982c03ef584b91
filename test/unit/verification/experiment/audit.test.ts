import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../../../src/mother/discover.js';
import { audit } from '../../../../src/verification/experiment/mother/audit.js';
import { fakeWorld } from '../../../fakes/fake-world.js';
import { hurriedClock } from '../../../fakes/hurried-clock.js';
import { memoryCluster } from '../../handover/rig.js';

const startedAt = '2026-11-22T10:00:00Z';
const written = (manager: string, time: string, more: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'gitea', namespace: 'gitea', managedFields: [{ manager, time, operation: 'Update' }], ...more },
});
const sampled = (ahead: number) => ({
  startedAt,
  classes: { console: 'sovereign' } as const,
  samples: [{ probe: 'console', t: 0, ms: 0, ok: true, date: Date.parse(startedAt) + ahead }],
});

/** What is told of the Sovereign's objects, with the window from 10:01 to 10:06 by our clock. */
async function told(own: KubeObject[], { mother = [] as KubeObject[], ahead = 0 } = {}) {
  const world = fakeWorld({
    clock: hurriedClock(),
    kube: async () => memoryCluster(own).kube,
    mother: async () => memoryCluster(mother).kube,
  });
  const catalyst = { namespace: 'catalyst' } as CatalystOnMother;
  return audit(world, catalyst, sampled(ahead), { faultAt: 60_000, undoAt: 360_000 });
}

describe('who else changed something in the window', () => {
  it.each(['kubectl-set', 'kubectl-create', 'kubectl-edit', 'kubectl', 'helm', 'k9s', 'Mozilla', 'flux'])(
    '%s is a person, and the change is named',
    async (manager) => {
      const changes = await told([written(manager, '2026-11-22T10:03:00Z')]);
      const what = `Deployment gitea/gitea on the Sovereign was changed by ${manager} at 2026-11-22T10:03:00Z`;
      expect(changes).toEqual([expect.objectContaining({ what, hand: true })]);
    },
  );

  it.each(['helm-controller', 'kustomize-controller', 'kube-controller-manager', 'catalyst', 'velero-server', 'k3s'])(
    '%s is none',
    async (manager) => {
      expect(await told([written(manager, '2026-11-22T10:03:00Z')])).toEqual([]);
    },
  );

  it('is not what was changed before or after, by the clock of the cluster', async () => {
    for (const time of ['2026-11-22T10:00:30Z', '2026-11-22T10:07:00Z'])
      expect(await told([written('kubectl-set', time)])).toEqual([]);
    expect(await told([written('kubectl-set', '2026-11-22T11:03:00Z')], { ahead: 3_600_000 })).toHaveLength(1);
    expect(await told([written('kubectl-set', '2026-11-22T10:03:00Z')], { ahead: 3_600_000 })).toEqual([]);
  });

  it('is not what our own Jobs do with kubectl inside of the cluster', async () => {
    const labels = { 'catalyst.openova.io/job': 'lift-egress' };
    expect(await told([written('kubectl-annotate', '2026-11-22T10:03:00Z', { labels })])).toEqual([]);
  });

  it('is told of the mother, where people may work, and is no fault', async () => {
    const mother = [written('kubectl-scale', '2026-11-22T10:03:00Z', { namespace: 'catalyst' })];
    expect(await told([], { mother })).toEqual([expect.objectContaining({ system: 'mother', hand: false })]);
  });

  it('is unknown when a cluster cannot be read', async () => {
    const kube = { ...memoryCluster([]).kube, list: async () => Promise.reject(new Error('reset')) };
    const world = fakeWorld({ clock: hurriedClock(), kube: async () => kube, mother: async () => kube });
    const catalyst = { namespace: 'catalyst' } as CatalystOnMother;
    expect(await audit(world, catalyst, sampled(0), { faultAt: 0, undoAt: 1 })).toBeUndefined();
  });
});
