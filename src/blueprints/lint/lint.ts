/** What must hold of a rendered tree (tickets.md §3), found by looking at its objects alone. */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { Blueprint } from '../catalog/blueprint.js';
import { lintKubernetes } from '../catalog/kubernetes-fit.js';
import { lintOverrides } from '../render/overrides.js';
import type { RenderedTree } from '../render/render.js';
import { lintGraph } from './graph.js';
import { lintObject } from './object.js';
import { lintSecrets } from './secrets.js';

export interface Finding {
  blueprint: string;
  rule: string;
  severity: 'error' | 'warning';
  /** File and field: `clusters/…/release-harbor.yaml: spec.values.expose.type`. */
  path: string;
  message: string;
  remedy: string;
}

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

/** All structural findings, in the order of the tree. */
export function lintTree(tree: RenderedTree, sovereign: Sovereign, blueprints: readonly Blueprint[]): Finding[] {
  const placed = placedObjects(tree, blueprints);
  const linted: Linted = { sovereign, blueprints, placed };
  return [
    ...placed.flatMap((one) => lintObject(one, linted)),
    ...lintGraph(linted),
    ...lintSecrets(linted),
    ...lintOverrides(sovereign, blueprints),
    ...lintKubernetes(sovereign, blueprints),
  ];
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
