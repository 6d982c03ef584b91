/**
 * The tree as it stands in Git: with the Secrets that catalyst makes, sealed, so that plain Flux needs nothing of ours. Each
 * is in the folder of its Blueprint, which waits for bp-sealed-secrets; what must be there before that controller has a
 * folder of its own behind it.
 */
import type { KeyObject } from 'node:crypto';
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { sha256 } from '../../support/hash.js';
import { toYamlStream } from '../../support/yaml/write-yaml.js';
import type { Blueprint, BlueprintName } from '../catalog/blueprint.js';
import { comingBefore, kustomization, unsealer } from './flux-folder.js';
import type { RenderedFile, RenderedFolder, RenderedTree } from './render.js';
import { sealedSecretOf } from './seal.js';

export function sealTree(
  tree: RenderedTree,
  blueprints: readonly Blueprint[],
  secrets: ReadonlyMap<BlueprintName, readonly KubeObject[]>,
  key: KeyObject,
): RenderedTree {
  const before = comingBefore(unsealer, blueprints);
  const early: KubeObject[] = [];
  const late = new Map<string, KubeObject[]>();
  for (const [name, made] of secrets) {
    const sealed = made.filter(({ kind }) => kind === 'Secret').map((secret) => sealedSecretOf(secret, key));
    if (before.has(name)) early.push(...sealed);
    else if (sealed.length > 0) late.set(name, sealed);
  }
  const nameOf = ({ path }: RenderedFolder) => path.slice(path.lastIndexOf('/') + 1);
  const root = tree.folders[0]!.path.slice(0, tree.folders[0]!.path.lastIndexOf('/'));
  const path = `${root}/${unsealer}-config`;
  const glue: RenderedFolder = { path, files: [fileOf(`${path}/sealed-secrets.yaml`, early)] };
  const own = kustomization(`${unsealer}-config`, glue.path, [unsealer], {}, true);
  const folders = tree.folders.flatMap((folder) => {
    const name = nameOf(folder);
    const sealed = late.get(name);
    const more = [
      ...(sealed ? [fileOf(`${folder.path}/sealed-secrets.yaml`, sealed)] : []),
      ...(name === 'flux-system' ? [fileOf(`${folder.path}/${unsealer}-config.yaml`, [own])] : []),
    ];
    return [{ ...folder, files: [...folder.files, ...more] }, ...(name === unsealer ? [glue] : [])];
  });
  const hash = sha256(folders.flatMap((folder) => folder.files.map((f) => `${f.path}\0${f.text}\0`)).join(''));
  return { folders, hash, folder: (name) => folders.find((folder) => folder.path === `${root}/${name}`) };
}

function fileOf(path: string, objects: KubeObject[]): RenderedFile {
  return { path, objects, text: toYamlStream(objects) };
}
