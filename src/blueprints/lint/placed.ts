/** The objects of a rendered tree, each with its place: what the rules look at. */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { Blueprint } from '../catalog/blueprint.js';
import type { RenderedTree } from '../render/render.js';

/** One object of the tree and where it stands. */
export interface Placed {
  blueprint: string;
  glue: boolean;
  file: string;
  object: KubeObject;
}

export interface Linted {
  sovereign: Sovereign;
  blueprints: readonly Blueprint[];
  placed: readonly Placed[];
}

export function placedObjects(tree: RenderedTree, blueprints: readonly Blueprint[]): Placed[] {
  return tree.folders.flatMap((folder) => {
    const name = folder.path.split('/').at(-1) as string;
    const blueprint = blueprints.find((one) => one.name === name || `${one.name}-config` === name)?.name ?? name;
    return folder.files.flatMap((file) =>
      file.objects.map((object) => ({ blueprint, glue: name === `${blueprint}-config`, file: file.path, object })),
    );
  });
}

export function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;
}
