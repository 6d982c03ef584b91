/** The tree takes images from a mirror: by digest, through what the spec says of each Blueprint. */
import { parseImage } from '../tools/image-name.js';
import type { KubeObject } from '../tools/kube.js';

/** Image name as it is written, without tag → where it is taken from instead: `host/path@sha256:…`, or without digest. */
export type ImageSwitch = Readonly<Record<string, string>>;

/** What a HelmRelease needs so that its chart's images come from elsewhere; nothing when none is switched. */
export function imageRenderers(images: ImageSwitch): { postRenderers?: object[] } {
  const entries = Object.entries(images).map(([name, to]) => {
    const [newName, digest] = to.split('@');
    return { name, newName, ...(digest ? { digest } : {}) };
  });
  return entries.length === 0 ? {} : { postRenderers: [{ kustomize: { images: entries } }] };
}

/** The same for plain objects: `image` fields take the switched name; a tag stays where no digest is given. */
export function switchImages(object: KubeObject, images: ImageSwitch): KubeObject {
  return Object.keys(images).length === 0 ? object : (walk(object, images) as KubeObject);
}

function walk(value: unknown, images: ImageSwitch): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, images));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'image' && typeof item === 'string' ? switched(item, images) : walk(item, images),
    ]),
  );
}

function switched(image: string, images: ImageSwitch): string {
  const name = parseImage(image);
  const to = name && (Object.hasOwn(images, name.written) ? images[name.written] : undefined);
  if (name === undefined || to === undefined) return image;
  return to.includes('@') || name.tag === undefined ? to : `${to}:${name.tag}`;
}
