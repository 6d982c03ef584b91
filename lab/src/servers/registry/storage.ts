/** Where a registry keeps its bytes, laid out like the distribution project does, so that a bucket looks like Harbor's. */

/** A flat store of bytes by key. */
export interface Blobs {
  get(key: string): Promise<Buffer | undefined>;
  put(key: string, body: Buffer): Promise<void>;
  remove(key: string): Promise<void>;
  /** Keys that begin so, in order. */
  list(prefix: string): Promise<string[]>;
}

export function memoryBlobs(): Blobs {
  const kept = new Map<string, Buffer>();
  return {
    get: async (key) => kept.get(key),
    put: async (key, body) => void kept.set(key, body),
    remove: async (key) => void kept.delete(key),
    list: async (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)).sort(),
  };
}

export interface RegistryStorage {
  blob(digest: string): Promise<Buffer | undefined>;
  /** Keeps bytes under their digest and links them into a repository. */
  putBlob(repository: string, digest: string, body: Buffer): Promise<void>;
  hasBlob(repository: string, digest: string): Promise<boolean>;
  /** Digest and bytes of what a tag or digest names in a repository. */
  manifest(repository: string, reference: string): Promise<{ digest: string; body: Buffer } | undefined>;
  putManifest(repository: string, reference: string, digest: string, body: Buffer): Promise<void>;
  removeManifest(repository: string, reference: string): Promise<boolean>;
  removeBlob(repository: string, digest: string): Promise<boolean>;
  tags(repository: string): Promise<string[]>;
  repositories(): Promise<string[]>;
}

const root = 'docker/registry/v2';
const dataKey = (digest: string) => {
  const [algorithm, hex = ''] = digest.split(':');
  return `${root}/blobs/${algorithm}/${hex.slice(0, 2)}/${hex}/data`;
};
const layerKey = (repository: string, digest: string) =>
  `${root}/repositories/${repository}/_layers/${digest.replace(':', '/')}/link`;
const revisionKey = (repository: string, digest: string) =>
  `${root}/repositories/${repository}/_manifests/revisions/${digest.replace(':', '/')}/link`;
const tagKey = (repository: string, tag: string) =>
  `${root}/repositories/${repository}/_manifests/tags/${tag}/current/link`;

export const isDigest = (reference: string) => /^sha256:[0-9a-f]{64}$/.test(reference);

export function registryStorage(blobs: Blobs): RegistryStorage {
  const digestOf = async (repository: string, reference: string) => {
    const key = isDigest(reference) ? revisionKey(repository, reference) : tagKey(repository, reference);
    return (await blobs.get(key))?.toString();
  };
  const storage: RegistryStorage = {
    blob: (digest) => blobs.get(dataKey(digest)),
    async putBlob(repository, digest, body) {
      await blobs.put(dataKey(digest), body);
      await blobs.put(layerKey(repository, digest), Buffer.from(digest));
    },
    hasBlob: async (repository, digest) => (await blobs.get(layerKey(repository, digest))) !== undefined,
    async manifest(repository, reference) {
      const digest = await digestOf(repository, reference);
      const body = digest === undefined ? undefined : await blobs.get(dataKey(digest));
      return digest !== undefined && body ? { digest, body } : undefined;
    },
    async putManifest(repository, reference, digest, body) {
      await blobs.put(dataKey(digest), body);
      await blobs.put(revisionKey(repository, digest), Buffer.from(digest));
      if (!isDigest(reference)) await blobs.put(tagKey(repository, reference), Buffer.from(digest));
    },
    async removeManifest(repository, reference) {
      const digest = await digestOf(repository, reference);
      if (digest === undefined) return false;
      if (isDigest(reference)) await blobs.remove(revisionKey(repository, digest));
      for (const tag of await storage.tags(repository)) {
        const named = (await blobs.get(tagKey(repository, tag)))?.toString();
        if (tag === reference || (isDigest(reference) && named === digest)) await blobs.remove(tagKey(repository, tag));
      }
      return true;
    },
    async removeBlob(repository, digest) {
      const there = await storage.hasBlob(repository, digest);
      if (there) await blobs.remove(layerKey(repository, digest));
      return there;
    },
    async tags(repository) {
      const prefix = `${root}/repositories/${repository}/_manifests/tags/`;
      return (await blobs.list(prefix)).map((key) => key.slice(prefix.length).split('/')[0]!);
    },
    async repositories() {
      const prefix = `${root}/repositories/`;
      const names = (await blobs.list(prefix)).map(
        (key) => key.slice(prefix.length).split(/\/_(?:manifests|layers)\//)[0]!,
      );
      return [...new Set(names)];
    },
  };
  return storage;
}
