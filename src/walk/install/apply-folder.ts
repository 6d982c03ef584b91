/** A folder of the rendered tree onto the Sovereign: one sentence, one kubectl, and a mark by which it is known again. */
import { driftOf } from '../../blueprints/render/drift.js';
import { mayBeReplaced } from '../../blueprints/render/in-place.js';
import type { RenderedFolder } from '../../blueprints/render/render.js';
import type { Mutation } from '../../engine/mutation.js';
import { type Kube, type KubeObject, type KubeRef, refOfObject } from '../../kubernetes/client/kube.js';
import { nameOf } from '../../kubernetes/readiness.js';
import { sha256 } from '../../support/hash.js';
import type { Act } from '../../world/step.js';

/** Annotation on what catalyst applied: sha256 over the bytes of its folder. */
export const folderMark = 'catalyst.openova.io/folder-sha256';

export function folderHash(folder: RenderedFolder): string {
  return sha256(folder.files.map((file) => `${file.path}\0${file.text}\0`).join(''));
}

export function objectsOf(folder: RenderedFolder | undefined): KubeObject[] {
  return folder?.files.flatMap((file) => file.objects) ?? [];
}

/** "apply clusters/omantel.omani.works/bp-valkey: Namespace valkey, HelmRelease flux-system/bp-valkey" */
function applyFolderMutation(folder: RenderedFolder): Mutation {
  const name = folder.path.split('/').at(-1)!;
  const names = objectsOf(folder).map(nameOf).join(', ');
  return { target: { system: 'sovereign', kind: 'Folder', name }, sentence: `apply ${folder.path}: ${names}` };
}

/** What is deleted first, because it exists in another form that no apply can change (a Job of another image). */
async function outdatedIn(kube: Kube, folder: RenderedFolder): Promise<KubeRef[]> {
  const found = await Promise.all(
    objectsOf(folder)
      .filter(mayBeReplaced)
      .map(async (object) => {
        const live = await kube.get(refOfObject(object));
        return live && driftOf({ ...object, metadata: { name: object.metadata.name } }, live).length > 0
          ? object
          : undefined;
      }),
  );
  return found.flatMap((object) => (object ? [refOfObject(object)] : []));
}

function replaceMutation({ kind, namespace, name }: KubeRef): Mutation {
  return {
    target: { system: 'sovereign', kind, name, ...(namespace ? { namespace } : {}) },
    sentence: `delete ${kind} ${namespace ? `${namespace}/` : ''}${name}, which cannot be changed: applying the tree creates it again`,
  };
}

/** Plan of `applyFolder`; everything while there is no cluster. */
export async function planApply(kube: Kube | undefined, folder: RenderedFolder): Promise<Mutation[]> {
  if (!kube) return [applyFolderMutation(folder)];
  if (await isApplied(kube, folder)) return [];
  return [...(await outdatedIn(kube, folder)).map(replaceMutation), applyFolderMutation(folder)];
}

/** Applies the folder, unless the cluster has it already. */
export async function applyFolder(kube: Kube, act: Act, folder: RenderedFolder): Promise<void> {
  if (await isApplied(kube, folder)) return;
  for (const ref of await outdatedIn(kube, folder))
    await act(replaceMutation(ref), async (writers) => (await writers.sovereign()).delete(ref));
  await act(applyFolderMutation(folder), async (writers) => (await writers.sovereign()).apply(marked(folder)));
}

/** Several Blueprints may live in one namespace: it bears nobody's mark. */
const isShared = ({ kind }: KubeObject) => kind === 'Namespace';

/** The objects with the mark on them. Flux, which later applies the same bytes, leaves an annotation of another owner alone. */
export function marked(folder: RenderedFolder): KubeObject[] {
  const hash = folderHash(folder);
  return objectsOf(folder).map((object) =>
    isShared(object)
      ? object
      : {
          ...object,
          metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [folderMark]: hash } },
        },
  );
}

/** True when every object of the folder stands in the cluster as this very folder has it. */
export async function isApplied(kube: Kube, folder: RenderedFolder | undefined): Promise<boolean> {
  if (!folder) return true;
  const hash = folderHash(folder);
  const applied = await Promise.all(
    objectsOf(folder).map(async (object) => {
      const there = await kube.get(refOfObject(object));
      if (!isShared(object)) return there?.metadata.annotations?.[folderMark] === hash;
      const labels = there?.metadata.labels ?? {};
      return (
        there !== undefined &&
        Object.entries(object.metadata.labels ?? {}).every(([key, value]) => labels[key] === value)
      );
    }),
  );
  return applied.every(Boolean);
}
