import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import { requireBlueprint } from '../../blueprints/catalog/catalog.js';
import { nameOf, placedObjects } from '../../blueprints/lint/placed.js';
import { type Drift, driftOf } from '../../blueprints/render/drift.js';
import type { RenderedTree } from '../../blueprints/render/render.js';
import type { Kube } from '../../kubernetes/client/kube.js';

export interface DiffRow {
  blueprint: string;
  object: string;
  state: 'same' | 'missing' | 'drifted';
  drift: Drift[];
}

/** Field-level difference between the tree and what lives on the Sovereign; fields that the tree leaves out do not count. */
export async function diffBlueprints(
  tree: RenderedTree,
  blueprints: readonly Blueprint[],
  kube: Pick<Kube, 'get'>,
  only: string | undefined,
): Promise<DiffRow[]> {
  const name = only && requireBlueprint(blueprints, only).name;
  const rows: DiffRow[] = [];
  for (const { blueprint, object } of placedObjects(tree, blueprints)) {
    if (name !== undefined && blueprint !== name) continue;
    // the flux-system folder is applied at the GitOps pivot
    if (name === undefined && blueprint === 'flux-system') continue;
    const { namespace, name: objectName } = object.metadata;
    const live = await kube.get({ apiVersion: object.apiVersion, kind: object.kind, namespace, name: objectName });
    const drift = live ? driftOf(object, live) : [];
    const state = live === undefined ? 'missing' : drift.length > 0 ? 'drifted' : 'same';
    rows.push({ blueprint, object: nameOf(object), state, drift });
  }
  return rows;
}
