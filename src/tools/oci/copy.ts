/**
 * Copies images from registry to registry over the OCI distribution API, by digest: what arrives has the very bytes of what
 * was asked for, all platforms of an index included. Blobs that the target has are not sent again.
 */
import { z } from 'zod';
import { checkShape } from '../../support/check-shape.js';
import { fail } from '../../support/errors/errors.js';
import type { HttpStream } from '../http/http-stream.js';
import { blobSchema, digestSchema, otherBytes, type RegistryAccess, registryClient } from './registry-client.js';

export interface CopyRequest {
  from: RegistryAccess & { repository: string; reference: string };
  to: RegistryAccess & { repository: string; tag?: string };
}

/** An index may name indexes, and no image needs more than this. */
const deepest = 3;
const mostManifests = 200;
const mostLayers = 1000;

const manifestSchema = z.object({
  manifests: z
    .array(z.object({ digest: digestSchema }))
    .max(mostManifests)
    .nullish(),
  config: blobSchema.nullish(),
  layers: z.array(blobSchema).max(mostLayers).nullish(),
});
/** Digest of what stands in the target afterwards. Throws E3205 when a registry refuses or what came is not what was named. */
export async function copyImage(http: HttpStream, { from, to }: CopyRequest): Promise<string> {
  const source = registryClient(http, from);
  const target = registryClient(http, to);
  let copied = 0;
  const copy = async (reference: string, depth: number, tag?: string): Promise<string> => {
    copied += 1;
    if (depth > deepest || copied > mostManifests)
      throw fail('E3205', `${from.origin} returns an endless index of ${from.repository}.`);
    const { bytes, type, digest } = await namedManifest(source, reference, from.repository);
    const manifest = manifestIn(bytes, from);
    for (const child of manifest.manifests ?? []) await copy(child.digest, depth + 1);
    for (const blob of [...(manifest.config ? [manifest.config] : []), ...(manifest.layers ?? [])]) {
      if (!(await target.has(blob.digest))) await target.put(blob, await source.blob(blob));
    }
    await target.putManifest(tag ?? digest, bytes, type);
    return digest;
  };
  return copy(from.reference, 0, to.tag);
}

function manifestIn(bytes: Buffer, { origin, repository }: { origin: string; repository: string }) {
  let said: unknown;
  try {
    said = JSON.parse(bytes.toString('utf8'));
  } catch {
    said = undefined;
  }
  const parsed = checkShape(manifestSchema, said);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0];
  throw fail(
    'E3205',
    `${origin} returned an invalid manifest of ${repository}: ${where?.path.join('.')} ${where?.message}.`,
    {
      data: { repository, origin },
    },
  );
}

/** Digest that a reference has now. Throws E3205 when the registry does not have it. */
export async function resolveImage(http: HttpStream, from: CopyRequest['from']): Promise<string> {
  return (await namedManifest(registryClient(http, from), from.reference, from.repository)).digest;
}

/** What came is what was asked for, where that was a digest. */
async function namedManifest(source: ReturnType<typeof registryClient>, reference: string, repository: string) {
  const found = await source.manifest(reference);
  if (reference.startsWith('sha256:') && reference !== found.digest)
    throw otherBytes(repository, reference, found.digest);
  return found;
}
