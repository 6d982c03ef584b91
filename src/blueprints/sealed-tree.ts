/**
 * The tree with the Secrets that catalyst makes in it, sealed: with it plain Flux needs nothing of ours. Each stands in the
 * folder of its Blueprint, which then waits for bp-sealed-secrets; what must be there before that controller has a folder
 * of its own behind it.
 */
import type { KeyObject } from 'node:crypto';
import { sha256 } from '../support/hash.js';
import { toYamlStream } from '../support/yaml.js';
import type { KubeObject } from '../tools/kube.js';
import type { Blueprint, BlueprintName } from './blueprint.js';
import { gateOn, kustomization } from './flux-folder.js';
import type { RenderedFile, RenderedFolder, RenderedTree } from './render.js';
import { sealedSecretOf } from './seal.js';

const controller = 'bp-sealed-secrets';

export function sealTree(
  tree: RenderedTree,
  blueprints: readonly Blueprint[],
  secrets: ReadonlyMap<BlueprintName, readonly KubeObject[]>,
  key: KeyObject,
): RenderedTree {
  const before = comingBefore(controller, blueprints);
  const early: KubeObject[] = [];
  const late = new Map<string, KubeObject[]>();
  for (const [name, made] of secrets) {
    const sealed = made.filter(({ kind }) => kind === 'Secret').map((secret) => sealedSecretOf(secret, key));
    if (before.has(name)) early.push(...sealed);
    else if (sealed.length > 0) late.set(name, sealed);
  }
  const nameOf = ({ path }: RenderedFolder) => path.slice(path.lastIndexOf('/') + 1);
  const root = tree.folders[0]!.path.slice(0, tree.folders[0]!.path.lastIndexOf('/'));
  const glue: RenderedFolder = { path: `${root}/${controller}-config`, files: [] };
  glue.files = early.length > 0 ? [fileOf(`${glue.path}/sealed-secrets.yaml`, early)] : [];
  const folders = tree.folders.flatMap((folder) => {
    const own = late.get(nameOf(folder));
    const files = own ? [...folder.files, fileOf(`${folder.path}/sealed-secrets.yaml`, own)] : folder.files;
    const kept = nameOf(folder) === 'flux-system' ? files.map((file) => withGates(file, late, glue)) : files;
    return [{ ...folder, files: kept }, ...(nameOf(folder) === controller && glue.files.length > 0 ? [glue] : [])];
  });
  const hash = sha256(folders.flatMap((folder) => folder.files.map((f) => `${f.path}\0${f.text}\0`)).join(''));
  return { folders, hash, folder: (name) => folders.find((folder) => folder.path === `${root}/${name}`) };
}

function fileOf(path: string, objects: KubeObject[]): RenderedFile {
  return { path, objects, text: toYamlStream(objects) };
}

/** Kustomizations of folders that hold SealedSecrets wait for the controller that opens them. */
function withGates(file: RenderedFile, late: ReadonlyMap<string, unknown>, glue: RenderedFolder): RenderedFile {
  if (!file.path.endsWith('/kustomizations.yaml')) return file;
  const gated = file.objects.map((object) => (late.has(object.metadata.name) ? gateOn(object, controller) : object));
  const own = kustomization(`${controller}-config`, glue.path, [controller], {}, true);
  return fileOf(file.path, glue.files.length > 0 ? [...gated, own] : gated);
}

/** `name` itself and what it depends on, directly or not. */
function comingBefore(name: string, blueprints: readonly Blueprint[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (id: string): void => {
    const one = blueprints.find((blueprint) => blueprint.name === id || blueprint.ticket === id);
    if (!one || found.has(one.name)) return;
    found.add(one.name);
    for (const need of one.dependsOn) visit(need);
  };
  visit(name);
  return found;
}
