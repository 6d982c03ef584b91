/** Which registries give images of the tree to a login alone. */
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { parseImage } from '../../../tools/oci/image-name.js';
import type { RenderedTree } from '../../render/render.js';
import type { Blueprint } from '../blueprint.js';
import { imagesOfTree } from './images.js';

/** Of openova-io/openova: its runbook (A.3) pulls with a Secret, and so does its chart of catalyst-platform. */
const privateRepositories = ['ghcr.io/openova-io/'];

/** Their hosts, as `spec.charts.secretRef` takes them; none where all of these images come from a mirror. */
export function privateHosts(sovereign: Sovereign, tree: RenderedTree, blueprints: readonly Blueprint[]): string[] {
  const { images } = imagesOfTree(sovereign, tree, blueprints);
  const kept = images.filter(({ image }) => privateRepositories.some((repository) => image.startsWith(repository)));
  return [...new Set(kept.map(({ image }) => parseImage(image)!.registry))];
}
