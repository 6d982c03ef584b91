/** #384: the location is Available, and a ConfigMap deleted after its backup comes back from it. */
import { type Kube, type KubeObject, type KubeRef, refOfObject } from '../../../kubernetes/client/kube.js';
import { bucketName } from '../../../sovereign/object-storage.js';
import { makeProbe, probeNamespaceObject, removeProbe } from '../../probes/probe-objects.js';
import { disproved, type ProofOf } from '../proof.js';

const namespace = 'velero';
const probed = 'catalyst-probes-backup';
const apiVersion = 'velero.io/v1';

const configMap = (value: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'probe-backup', namespace: probed },
  data: { value },
});

const backup = (name: string): KubeObject => ({
  apiVersion,
  kind: 'Backup',
  metadata: { name, namespace },
  spec: { includedNamespaces: [probed], storageLocation: 'default', ttl: '1h0m0s', snapshotVolumes: false },
});

const restore = (name: string): KubeObject => ({
  apiVersion,
  kind: 'Restore',
  metadata: { name, namespace },
  spec: { backupName: name, includedNamespaces: [probed] },
});

export const backupRestores: ProofOf = (world) => {
  // One name a run: Velero refuses to reuse the name of a backup.
  const name = `probe-${world.runId.slice(0, 12).toLowerCase()}`;
  const objects = [probeNamespaceObject(probed), configMap(name), backup(name), restore(name)];
  const [space, map, saved, restored] = objects.map(refOfObject) as [KubeRef, KubeRef, KubeRef, KubeRef];
  const removeForGood = { apiVersion, kind: 'DeleteBackupRequest', namespace, name };
  const generic = (ref: KubeRef): KubeRef => (ref.name === name ? { ...ref, name: 'probe' } : ref);
  const making = [space, map, saved, restored].map((ref) => makeProbe(generic(ref)));
  const loss = { ...removeProbe(map), sentence: `lose the probe ConfigMap ${probed}/probe-backup on purpose` };
  const stale = {
    ...removeProbe(map),
    sentence: `remove the probe ConfigMap ${probed}/probe-backup that an earlier run left`,
  };
  const clean = [removeProbe(generic(restored)), makeProbe(generic(removeForGood)), removeProbe(space)];
  return {
    plan: () => [making[0]!, making[1]!, making[2]!, loss, making[3]!, ...clean],
    async take({ act, undo }) {
      const kube = await world.kube();
      await phaseOf(kube, { apiVersion, kind: 'BackupStorageLocation', namespace, name: 'default' }, 'Available', [
        'Unavailable',
      ]);
      await act(making[0]!, async (writers) => (await writers.sovereign()).apply([objects[0]!]));
      try {
        // One that was restored before a kill is Velero's: its value is not this run's to apply over.
        if (await kube.get(map)) await act(stale, async (writers) => (await writers.sovereign()).delete(map));
        await act(making[1]!, async (writers) => (await writers.sovereign()).apply([objects[1]!]));
        await act(making[2]!, async (writers) => (await writers.sovereign()).apply([objects[2]!]));
        await phaseOf(kube, saved, 'Completed', ['Failed', 'PartiallyFailed', 'FailedValidation']);
        await act(loss, async (writers) => (await writers.sovereign()).delete(map));
        await act(making[3]!, async (writers) => (await writers.sovereign()).apply([objects[3]!]));
        await phaseOf(kube, restored, 'Completed', ['Failed', 'PartiallyFailed', 'FailedValidation']);
        const back = await kube.get(map);
        if (back?.data?.value !== name)
          throw disproved(
            '#384',
            `ConfigMap ${probed}/probe-backup with its value`,
            back ? 'another value' : 'no ConfigMap',
          );
      } finally {
        await undo.act(clean[0]!, async (writers) => (await writers.sovereign()).delete(restored));
        await undo.act(clean[1]!, async (writers) =>
          (await writers.sovereign()).apply([
            { apiVersion, kind: 'DeleteBackupRequest', metadata: { name, namespace }, spec: { backupName: name } },
          ]),
        );
        await undo.act(clean[2]!, async (writers) => (await writers.sovereign()).delete(space));
      }
      const bucket = bucketName(world.sovereign.spec, 'velero');
      return { summary: `a deleted ConfigMap came back from a backup in ${bucket}`, facts: { bucket, backup: name } };
    },
  };
};

function phaseOf(kube: Kube, ref: KubeRef, wanted: string, hopeless: string[]): Promise<string> {
  return kube.waitFor<string>(ref, {
    reason: `${ref.kind} ${ref.name} ${wanted}`,
    timeoutMs: 300_000,
    look: (object) => {
      const phase = String(object?.status?.phase ?? '');
      if (phase === wanted) return { done: phase };
      if (hopeless.includes(phase)) {
        throw disproved(
          '#384',
          `${ref.kind} ${ref.name} to be ${wanted}`,
          `${phase} ${object?.status?.failureReason ?? object?.status?.message ?? object?.status?.validationErrors ?? ''}`,
        );
      }
      return { pending: `${ref.kind} ${ref.name} is ${phase || 'not observed yet'}` };
    },
  });
}
