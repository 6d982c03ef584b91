/** A folder of the rendered tree onto the Sovereign: one sentence, one kubectl, and a mark by which it is known again. */
import type { RenderedFolder } from '../../blueprints/render/render.js';
import type { Mutation } from '../../engine/mutation.js';
import { type Kube, type KubeObject, refOfObject } from '../../kubernetes/client/kube.js';

import { nameOf } from '../../kubernetes/readiness.js';
import { sha256 } from '../../support/hash.js';

/** Annotation on what catalyst applied: sha256 over the bytes of its folder. */
export const folderMark = 'catalyst.openova.io/folder-sha256';

export function folderHash(folder: RenderedFolder): string {
  return sha256(folder.files.map((file) => `${file.path}\0${file.text}\0`).join(''));
}

export function objectsOf(folder: RenderedFolder | undefined): KubeObject[] {
  return folder?.files.flatMap((file) => file.objects) ?? [];
}

/** "apply clusters/omantel.omani.works/bp-valkey: Namespace valkey, HelmRelease flux-system/bp-valkey" */
export function applyFolderMutation(folder: RenderedFolder): Mutation {
  const name = folder.path.split('/').at(-1)!;
  const names = objectsOf(folder).map(nameOf).join(', ');
  return { target: { system: 'sovereign', kind: 'Folder', name }, sentence: `apply ${folder.path}: ${names}` };
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
