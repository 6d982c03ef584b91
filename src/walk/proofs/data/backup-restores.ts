/** #384: the location is Available, and a file in a volume, deleted with it after its backup, comes back from the bucket. */
import type { Mutation } from '../../../engine/mutation.js';
import { type Kube, type KubeObject, type KubeRef, refOfObject } from '../../../kubernetes/client/kube.js';
import { bucketName } from '../../../sovereign/object-storage.js';
import type { World } from '../../../world/world.js';
import { probeJobMutations, runProbe } from '../../probes/probe-job.js';
import { makeProbe, probeNamespaceObject, removeProbe } from '../../probes/probe-objects.js';
import { disproved, type ProofOf } from '../proof.js';
import {
  backup,
  claim,
  holder,
  probed,
  readFile,
  removal,
  restore,
  velero,
  veleroApi,
  writeFile,
} from './backup-objects.js';
import { claimsAt, lastScheduled, volumesMissing } from './volume-backups.js';

const step = '#384';
const [space, volume, pod] = [probeNamespaceObject(probed), claim, holder].map(refOfObject) as [
  KubeRef,
  KubeRef,
  KubeRef,
];
const lose = (ref: KubeRef): Mutation => ({
  ...removeProbe(ref),
  sentence: `lose the probe ${ref.kind} ${probed}/${ref.name} on purpose`,
});
const defaultLocation: KubeRef = {
  apiVersion: veleroApi,
  kind: 'BackupStorageLocation',
  namespace: velero,
  name: 'default',
};
const stale: Mutation = { ...removeProbe(space), sentence: `remove the namespace ${probed} that an earlier run left` };

export const backupRestores: ProofOf = (world) => {
  // One name a run: Velero refuses to reuse the name of a backup.
  const name = `probe-${world.runId.slice(0, 12).toLowerCase()}`;
  const objects = [backup(name), restore(name), removal(name)] as const;
  const [saved, restored, removed] = objects.map(refOfObject) as [KubeRef, KubeRef, KubeRef];
  const generic = (ref: KubeRef): KubeRef => ({ ...ref, name: 'probe' });
  const making = [space, volume, pod].map(makeProbe);
  const [save, bring, forget] = [saved, restored, removed].map((ref) => makeProbe(generic(ref))) as [
    Mutation,
    Mutation,
    Mutation,
  ];
  const clean = [removeProbe(generic(restored)), forget, removeProbe(space)] as const;
  return {
    plan: () => [
      ...making,
      ...probeJobMutations(writeFile(name)),
      save,
      lose(pod),
      lose(volume),
      bring,
      ...probeJobMutations(readFile),
      ...clean,
    ],
    async take(context) {
      const { act, undo } = context;
      const kube = await world.kube();
      const bucket = bucketName(world.sovereign.spec, 'velero');
      const apply = (mutation: Mutation, object: KubeObject) =>
        act(mutation, async (writers) => (await writers.sovereign()).apply([object]));
      const remove = (mutation: Mutation, ref: KubeRef) =>
        act(mutation, async (writers) => (await writers.sovereign()).delete(ref));
      await phaseOf(kube, defaultLocation, 'Available', ['Unavailable']);
      // What a killed run has left, restored or not, is no probe of this one.
      if (await kube.get(space)) {
        await remove(stale, space);
        await gone(kube, space);
      }
      for (const left of await leftBy(kube, restored)) await remove(clean[0], left);
      for (const left of await leftBy(kube, saved))
        await act(forget, async (writers) => (await writers.sovereign()).apply([removal(left.name)]));
      await apply(making[0]!, probeNamespaceObject(probed));
      try {
        await apply(making[1]!, claim);
        await apply(making[2]!, holder);
        await phaseOf(kube, pod, 'Running', ['Failed']);
        await runProbe(kube, context, writeFile(name));
        await apply(save, objects[0]);
        await phaseOf(kube, saved, 'Completed', ['Failed', 'PartiallyFailed', 'FailedValidation']);
        await requireInBucket(world, kube, bucket, name);
        await requireVolumes(
          kube,
          name,
          [await kube.get(volume)].flatMap((one) => one ?? []),
        );
        await remove(lose(pod), pod);
        await gone(kube, pod);
        await remove(lose(volume), volume);
        await gone(kube, volume);
        await apply(bring, objects[1]);
        await phaseOf(kube, restored, 'Completed', ['Failed', 'PartiallyFailed', 'FailedValidation']);
        const { value } = await runProbe<{ value: string }>(kube, context, readFile);
        if (value !== name) throw disproved(step, 'the file in the restored volume', value ? 'another one' : 'no file');
      } finally {
        await undo.act(clean[0], async (writers) => (await writers.sovereign()).delete(restored));
        await undo.act(clean[1], async (writers) => (await writers.sovereign()).apply([objects[2]]));
        await undo.act(clean[2], async (writers) => (await writers.sovereign()).delete(space));
      }
      const scheduled = await lastScheduledHolds(kube);
      return {
        summary: `a file in a lost volume came back from a backup in ${bucket}; ${scheduled}`,
        facts: { bucket, backup: name, scheduled },
      };
    },
  };
};

/**
 * What killed runs of this proof left of the kind of `ref`. Velero removes what is in the bucket with a backup; one that is still being
 * made it keeps until its hour is over, and with it the restores of it, so these are removed first.
 */
async function leftBy(kube: Kube, { name: _name, ...kind }: KubeRef): Promise<KubeRef[]> {
  const names = (await kube.list(kind)).map(({ metadata }) => metadata.name);
  return names.filter((name) => /^probe-[0-9a-f]{12}$/.test(name)).map((name) => ({ ...kind, name }));
}

/** Velero calls a backup Completed wherever its location leads. */
async function requireInBucket(world: World, kube: Kube, bucket: string, name: string): Promise<void> {
  const location = await kube.get(defaultLocation);
  const prefix = String(location?.spec?.objectStorage?.prefix ?? '').replace(/^\/|\/$/g, '');
  const folder = `${prefix ? `${prefix}/` : ''}backups/${name}/`;
  const found = await (await world.objectStore()).list(bucket, folder);
  if (!found.some(({ key }) => key === `${folder}velero-backup.json`))
    throw disproved(step, `backup ${name} in the bucket ${bucket}`, `${found.length} objects of it there`);
}

async function requireVolumes(kube: Kube, name: string, claims: readonly KubeObject[]): Promise<void> {
  const missing = await volumesMissing(kube, name, claims);
  if (missing.length > 0)
    throw disproved(
      step,
      `a Completed PodVolumeBackup of each volume in backup ${name}`,
      `none of ${missing.join(', ')}`,
    );
}

/** The same for every claim that the newest scheduled backup was to take. Before the first night there is none. */
async function lastScheduledHolds(kube: Kube): Promise<string> {
  const last = await lastScheduled(kube);
  if (!last) return 'no scheduled backup has run yet';
  const { metadata, spec, status } = last;
  if (status.phase !== 'Completed') throw disproved(step, `backup ${metadata.name} Completed`, String(status.phase));
  const { includedNamespaces = ['*'], excludedNamespaces = [] } = spec as Record<string, string[]>;
  const claims = await claimsAt(
    kube,
    String(status.startTimestamp),
    (namespace) =>
      (includedNamespaces.includes('*') || includedNamespaces.includes(namespace)) &&
      !excludedNamespaces.includes(namespace),
  );
  await requireVolumes(kube, metadata.name, claims);
  return `scheduled backup ${metadata.name} has all ${claims.length} volumes`;
}

function gone(kube: Kube, ref: KubeRef): Promise<true> {
  return kube.waitFor<true>(ref, {
    reason: `${ref.kind} ${ref.name} gone`,
    timeoutMs: 180_000,
    look: (object) => (object ? { pending: `${ref.kind} ${ref.name} is still there` } : { done: true }),
  });
}

function phaseOf(kube: Kube, ref: KubeRef, wanted: string, hopeless: string[]): Promise<string> {
  return kube.waitFor<string>(ref, {
    reason: `${ref.kind} ${ref.name} ${wanted}`,
    timeoutMs: 300_000,
    look: (object) => {
      const phase = String(object?.status?.phase ?? '');
      if (phase === wanted) return { done: phase };
      if (hopeless.includes(phase)) {
        throw disproved(
          step,
          `${ref.kind} ${ref.name} to be ${wanted}`,
          `${phase} ${object?.status?.failureReason ?? object?.status?.message ?? object?.status?.validationErrors ?? ''}`,
        );
      }
      return { pending: `${ref.kind} ${ref.name} is ${phase || 'not observed yet'}` };
    },
  });
}
