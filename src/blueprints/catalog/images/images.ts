/** The images that each Blueprint runs. */
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { parseImage } from '../../../tools/oci/image-name.js';
import { type ChartReport, imagesIn } from '../../lint/charts.js';
import { placedObjects } from '../../lint/placed.js';
import type { RenderedTree } from '../../render/render.js';
import { variablesOf } from '../../render/variables.js';
import type { Blueprint } from '../blueprint.js';
import { releasesOf } from '../releases.js';
import { switched } from './image-switch.js';

/** An image that the tree runs, and who runs it. */
export interface TreeImage {
  image: string;
  blueprints: readonly string[];
}

/**
 * Every image of the tree as it is pulled: what the Blueprints say that their charts run, and those of plain objects. `unknown` are
 * releases whose chart has another version than the one that the Blueprint speaks of.
 */
export function imagesOfTree(
  sovereign: Sovereign,
  tree: RenderedTree,
  blueprints: readonly Blueprint[],
): { images: TreeImage[]; unknown: string[] } {
  const users = new Map<string, Set<string>>();
  const unknown: string[] = [];
  const add = (image: string, blueprint: string) =>
    users.set(image, (users.get(image) ?? new Set<string>()).add(blueprint));
  for (const blueprint of blueprints)
    for (const release of releasesOf(blueprint, sovereign, variablesOf(sovereign))) {
      if (release.runsImages === undefined) unknown.push(release.name);
      for (const image of release.runsImages ?? []) add(switched(image, release.images), blueprint.name);
    }
  for (const { blueprint, object } of placedObjects(tree, blueprints))
    for (const image of imagesIn([object]))
      if (parseImage(image)) add(switched(image, sovereign.spec.blueprints[blueprint]?.images ?? {}), blueprint);
  const images = [...users].map(([image, names]) => ({ image, blueprints: [...names].sort() }));
  return { images: images.sort((a, b) => (a.image < b.image ? -1 : 1)), unknown };
}

/** Images by Blueprint: those of the charts as rendered, and those in plain objects of the tree. */
export function imagesOf(
  charts: readonly ChartReport[],
  tree: RenderedTree,
  blueprints: readonly Blueprint[],
): Map<string, string[]> {
  const placed = placedObjects(tree, blueprints);
  return new Map(
    blueprints.map(({ name }) => {
      const inCharts = charts.filter(({ blueprint }) => blueprint === name).flatMap(({ images }) => images);
      const plain = imagesIn(placed.filter(({ blueprint }) => blueprint === name).map(({ object }) => object));
      return [name, [...new Set([...inCharts, ...plain])].filter((image) => parseImage(image)).sort()];
    }),
  );
}
