/**
 * The images that exist, as far as this lab is concerned: what was seen where and when (known-images.json). Written by hand from what
 * others published, never from the tree, so that a tree with another name or tag is refused as a registry would refuse it.
 */
import { parseImage, referenceOf } from 'catalyst/tools/oci/image-name.js';
import data from './known-images.json' with { type: 'json' };

export interface KnownImage {
  image: string;
  /** Where it was seen. */
  seen: string;
  /** When. */
  at: string;
  /** Its registry gives it to a login alone. */
  private?: boolean;
  /** False for one that is built from scratch: no program of ours starts in it by a shell. */
  shell?: boolean;
}

export const knownImages: readonly KnownImage[] = data;

/** `docker.io`'s API is at another name. */
export const hostOf = (registry: string): string => (registry === 'docker.io' ? 'registry-1.docker.io' : registry);

const keyOf = (host: string, repository: string, reference: string) => `${host}/${repository}@${reference}`;

const byReference = new Map(
  knownImages.flatMap((known) => {
    const { registry, repository, tag, digest } = parseImage(known.image)!;
    const references = [tag, digest].filter((one) => one !== undefined);
    return references.map((reference) => [keyOf(hostOf(registry), repository, reference), known] as const);
  }),
);

/** What a registry has under that name; `reference` is a tag or a digest. */
export const findImage = (host: string, repository: string, reference: string): KnownImage | undefined =>
  byReference.get(keyOf(host, repository, reference));

/** Whether anything of that repository is known, and whether all of it is private. */
export function repositoryOf(host: string, repository: string): 'public' | 'private' | undefined {
  const own = [...byReference].filter(([key]) => key.startsWith(`${host}/${repository}@`)).map(([, known]) => known);
  if (own.length === 0) return undefined;
  return own.some((known) => !known.private) ? 'public' : 'private';
}

export const registryHosts: readonly string[] = [
  ...new Set(knownImages.map(({ image }) => hostOf(parseImage(image)!.registry))),
];

/** The image of that reference as it stands in a Pod. */
export function knownAs(image: string): KnownImage | undefined {
  const name = parseImage(image);
  return name && findImage(hostOf(name.registry), name.repository, referenceOf(name));
}

/** Whether a container of that image can start a shell; an unknown image has one as far as this lab knows. */
export const hasShell = (image: string): boolean => knownAs(image)?.shell !== false;
