/**
 * spec.postRenderers of a HelmRelease (helm-controller v1.5, internal/postrender/kustomize.go): images by name, and patches for a kind,
 * as far as the tree uses them.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';

interface Kustomize {
  images?: { name: string; newName?: string; digest?: string }[];
  patches?: { target?: { kind?: string }; patch: string }[];
}

type Value = Record<string, unknown>;
const isMap = (value: unknown): value is Value => typeof value === 'object' && value !== null && !Array.isArray(value);

export function postRendered(object: KubeObject, release: KubeObject): KubeObject {
  const renderers = (release.spec.postRenderers ?? []) as { kustomize?: Kustomize }[];
  return renderers.reduce((result, { kustomize = {} }) => {
    const patched = (kustomize.patches ?? [])
      .filter(({ target }) => target?.kind === undefined || target.kind === result.kind)
      .reduce<Value>(
        (value, { patch }) => {
          const { metadata: _, ...fields } = parseYamlStream(patch)[0] as Value;
          return merged(value, fields);
        },
        result as unknown as Value,
      );
    return withImages(patched, kustomize.images ?? []) as KubeObject;
  }, object);
}

function merged(value: Value, patch: Value): Value {
  const result = { ...value };
  for (const [key, item] of Object.entries(patch)) {
    const there = result[key];
    result[key] = isMap(there) && isMap(item) ? merged(there, item) : item;
  }
  return result;
}

function withImages(value: unknown, images: NonNullable<Kustomize['images']>): unknown {
  if (images.length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => withImages(item, images));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'image' && typeof item === 'string' ? renamed(item, images) : withImages(item, images),
    ]),
  );
}

function renamed(image: string, images: NonNullable<Kustomize['images']>): string {
  const [, name = '', tag = ''] = /^(.*?)(:[^/:@]+)?(?:@.*)?$/.exec(image) ?? [];
  const found = images.find((one) => one.name === name);
  return found ? `${found.newName ?? name}${found.digest ? `@${found.digest}` : tag}` : image;
}
