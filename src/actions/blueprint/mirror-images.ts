import pLimit from 'p-limit';
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import type { ImageSwitch } from '../../blueprints/catalog/images/image-switch.js';
import { imagesOf } from '../../blueprints/catalog/images/images.js';
import type { ChartReport } from '../../blueprints/lint/charts.js';
import type { RenderedTree } from '../../blueprints/render/render.js';
import { ifMade } from '../../engine/dry-run.js';
import { type ImageName, parseImage, referenceOf } from '../../tools/oci/image-name.js';
import type { Act } from '../../world/step.js';

export interface MirroredImage {
  image: string;
  /** `sha256:…` of what stands in the mirror, all platforms. */
  digest: string;
  /** Where it stands now, without tag and digest. */
  to: string;
}

export interface ImageMirror {
  /** Host and path below which images are put: `harbor.omantel.omani.works/mirror`. */
  registry: string;
  /** `https://host` of a registry, with its login when there is one. */
  access(host: string): Promise<{ origin: string; login?: string }>;
  act: Act;
}

/** Copies every image once, and answers for each Blueprint where its images are taken from. */
export async function mirrorImages(
  charts: readonly ChartReport[],
  tree: RenderedTree,
  blueprints: readonly Blueprint[],
  mirror: ImageMirror,
): Promise<{ images: MirroredImage[]; switches: Map<string, ImageSwitch> }> {
  const byBlueprint = imagesOf(charts, tree, blueprints);
  const all = [...new Set([...byBlueprint.values()].flat())].sort();
  const limit = pLimit(4);
  const images = await Promise.all(all.map((image) => limit(() => mirrorOne(image, mirror))));
  const found = new Map(images.map((one) => [one.image, one]));
  const switches = new Map(
    [...byBlueprint].map(([name, used]) => [name, switchOf(used.map((image) => found.get(image)!))]),
  );
  return { images, switches };
}

async function mirrorOne(image: string, { registry, access, act }: ImageMirror): Promise<MirroredImage> {
  const name = parseImage(image) as ImageName;
  const [host = '', ...path] = registry.split('/');
  const repository = [...path, name.registry.replace(':', '-'), name.repository].join('/');
  const to = `${host}/${repository}`;
  const mutation = {
    target: { system: 'registry' as const, kind: 'Image', name: `${repository}:${referenceOf(name)}` },
    sentence: `copy image ${image} to ${to}`,
  };
  const copied = act(mutation, async (writers) =>
    writers.registry.copyImage({
      from: { ...(await access(name.registry)), repository: name.repository, reference: referenceOf(name) },
      to: { ...(await access(host)), repository, tag: name.tag },
    }),
  );
  return { image, digest: (await ifMade(copied)) ?? '', to };
}

/** One name that is used in two versions keeps its tags: a digest would make them one. */
function switchOf(used: readonly MirroredImage[]): ImageSwitch {
  const result: Record<string, string> = {};
  for (const { image, to, digest } of used) {
    const name = parseImage(image)!.written;
    const versions = new Set(used.filter((one) => parseImage(one.image)!.written === name).map((one) => one.digest));
    result[name] = versions.size === 1 && digest !== '' ? `${to}@${digest}` : to;
  }
  return result;
}
