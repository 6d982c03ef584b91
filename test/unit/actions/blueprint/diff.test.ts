/** What of the tree is missing on the Sovereign or differs there. */
import { beforeAll, expect, it } from 'vitest';
import { diffBlueprints } from '../../../../src/actions/blueprint/diff.js';
import type { Blueprint } from '../../../../src/blueprints/catalog/blueprint.js';
import { loadBlueprints } from '../../../../src/blueprints/catalog/load.js';
import { type RenderedTree, renderTree } from '../../../../src/blueprints/render/render.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { omantel } from '../../../fakes/fake-world.js';

let blueprints: readonly Blueprint[];
let tree: RenderedTree;
beforeAll(async () => {
  blueprints = await loadBlueprints(new URL('../../../../templates/blueprints', import.meta.url).pathname);
  tree = renderTree(omantel(), blueprints);
});

it('each object of a Blueprint is the same, missing or drifted, and a drift names its field', async () => {
  const kube = fakeKube();
  const objects = tree.folder('bp-harbor')!.files.flatMap((file) => file.objects);
  const [first, second] = objects;
  kube.put(first!);
  kube.put({ ...second!, spec: { ...second!.spec, interval: '7h' }, status: { ready: true } });
  const rows = await diffBlueprints(tree, blueprints, kube, 'harbor');
  expect(new Set(rows.map(({ blueprint }) => blueprint))).toEqual(new Set(['bp-harbor']));
  expect(rows.slice(0, 3).map(({ state }) => state)).toEqual(['same', 'drifted', 'missing']);
  expect(JSON.stringify(rows[1]!.drift)).toContain('interval');
});

it('the folder of Flux counts only when it is asked about: it is applied at the pivot', async () => {
  const rows = await diffBlueprints(tree, blueprints, fakeKube(), undefined);
  expect(rows.length).toBeGreaterThan(24);
  expect(rows.filter(({ blueprint }) => blueprint === 'flux-system')).toEqual([]);
  await expect(diffBlueprints(tree, blueprints, fakeKube(), 'knative')).rejects.toMatchObject({ code: 'E3201' });
});
