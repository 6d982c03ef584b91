/** Crossplane packages as a registry keeps them: an image, of which one marked layer holds what the package brings. */
import { gzipSync } from 'node:zlib';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { sha256 } from 'catalyst/support/hash.js';
import { toYamlStream } from 'catalyst/support/yaml/write-yaml.js';
import { packFiles } from 'catalyst/tools/tar/pack.js';
import type { RegistryStorage } from './storage.js';

export interface PackageImage {
  /** `crossplane-contrib/function-patch-and-transform` */
  repository: string;
  tag: string;
  /** What it says of itself, and the definitions that it brings. */
  objects: readonly KubeObject[];
}

const image = 'application/vnd.oci.image';
const digestOf = (body: Buffer) => `sha256:${sha256(body)}`;
const describe = (mediaType: string, body: Buffer) => ({ mediaType, digest: digestOf(body), size: body.length });

/** Stores it under its tag; the digest of its manifest. */
export async function pushPackage(
  storage: Pick<RegistryStorage, 'putBlob' | 'putManifest'>,
  { repository, tag, objects }: PackageImage,
): Promise<string> {
  const tar = await packFiles([{ path: 'package.yaml', text: toYamlStream(objects) }]);
  const layer = gzipSync(tar, { level: 9 });
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${image}.manifest.v1+json`,
      config: describe(`${image}.config.v1+json`, config),
      layers: [{ ...describe(`${image}.layer.v1.tar+gzip`, layer), annotations: { 'io.crossplane.xpkg': 'base' } }],
    }),
  );
  for (const body of [config, layer]) await storage.putBlob(repository, digestOf(body), body);
  await storage.putManifest(repository, tag, digestOf(manifest), manifest);
  return digestOf(manifest);
}
