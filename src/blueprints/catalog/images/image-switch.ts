/** The tree takes images from a mirror: by digest, through what the spec says of each Blueprint. */
import type { KubeObject } from '../../../kubernetes/client/kube.js';
import { parseImage } from '../../../tools/oci/image-name.js';

/** Image name as it is written, without tag → where it is taken from instead: `host/path@sha256:…`, or without digest. */
export type ImageSwitch = Readonly<Record<string, string>>;

/** What a HelmRelease needs so that its chart's images come from elsewhere, and what else is patched; nothing when that is nothing. */
export function postRenderers(images: ImageSwitch, patches: readonly object[]): { postRenderers?: object[] } {
  const entries = Object.entries(images).map(([name, to]) => {
    const [newName, digest] = to.split('@');
    return { name, newName, ...(digest ? { digest } : {}) };
  });
  const kustomize = { ...(entries.length > 0 ? { images: entries } : {}), ...(patches.length > 0 ? { patches } : {}) };
  return Object.keys(kustomize).length === 0 ? {} : { postRenderers: [{ kustomize }] };
}

/** The fields of an object that name an image: CloudNativePG and Crossplane have their own words for it. */
export function imageFields({ apiVersion }: KubeObject): readonly string[] {
  if (apiVersion.startsWith('postgresql.cnpg.io/')) return ['image', 'imageName'];
  if (apiVersion.startsWith('pkg.crossplane.io/')) return ['image', 'package'];
  return ['image'];
}

/** The same for plain objects. A tag stays beside the digest: CloudNativePG reads the version of PostgreSQL from it. */
export function switchImages(object: KubeObject, images: ImageSwitch): KubeObject {
  return Object.keys(images).length === 0 ? object : (walk(object, imageFields(object), images) as KubeObject);
}

function walk(value: unknown, fields: readonly string[], images: ImageSwitch): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, fields, images));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      fields.includes(key) && typeof item === 'string' ? switched(item, images) : walk(item, fields, images),
    ]),
  );
}

/** That image as the tree takes it. */
export function switched(image: string, images: ImageSwitch): string {
  const name = parseImage(image);
  const to = name && (Object.hasOwn(images, name.written) ? images[name.written] : undefined);
  if (name === undefined || to === undefined) return image;
  if (name.tag === undefined) return to;
  const [path, digest] = to.split('@');
  return `${path}:${name.tag}${digest ? `@${digest}` : ''}`;
}
