/** The images that each Blueprint runs. */
import { parseImage } from '../../tools/oci/image-name.js';
import { type ChartReport, imagesIn } from '../lint/charts.js';
import { placedObjects } from '../lint/placed.js';
import type { RenderedTree } from '../render/render.js';
import type { Blueprint } from './blueprint.js';

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
