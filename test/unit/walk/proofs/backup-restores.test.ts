import { expect, it } from 'vitest';
import type { KubeRef } from '../../../../src/kubernetes/client/kube.js';
import { veleroApi } from '../../../../src/walk/proofs/data/backup-objects.js';
import { backupRestores } from '../../../../src/walk/proofs/data/backup-restores.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { fakeContext, fakeWorld } from '../rig.js';

const inVelero = (kind: string, name: string, phase: string) => ({
  apiVersion: veleroApi,
  kind,
  metadata: { namespace: 'velero', name },
  spec: { backupName: name },
  status: { phase },
});

it('what a killed run left is removed: its restores too, whose backup may be gone or not yet made', async () => {
  const cluster = fakeKube();
  const deleted: string[] = [];
  Object.assign(cluster, { delete: async ({ kind, name }: KubeRef) => deleted.push(`${kind} ${name}`) > 0 });
  cluster.put(inVelero('BackupStorageLocation', 'default', 'Available'));
  cluster.put(inVelero('Restore', 'probe-0123456789ab', 'InProgress'));
  cluster.put(inVelero('Restore', 'of-a-person', 'Completed'));
  cluster.put(inVelero('Backup', 'probe-ba9876543210', 'Completed'));
  const { world } = await fakeWorld({
    cluster,
    objectStore: (async () => ({})) as never,
  });
  // The holder never runs here: what matters was before it.
  await expect(backupRestores(world).take(fakeContext(world).context)).rejects.toThrow(/Running|observed/);
  expect(deleted).toContain('Restore probe-0123456789ab');
  expect(deleted).not.toContain('Restore of-a-person');
  expect(cluster.applied.flat()).toContain('DeleteBackupRequest velero/probe-ba9876543210');
});
