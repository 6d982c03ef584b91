/**
 * Copies images from registry to registry over the OCI distribution API, by digest: what arrives has the very bytes of what
 * was asked for, all platforms of an index included. Blobs that the target has are not sent again.
 */
import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { sha256 } from '../../support/hash.js';
import { collect, createAllowance } from '../http/bounded.js';
import type { HttpStream, StreamAnswer, StreamRequest } from '../http/http-stream.js';
import { type AskToken, authorizationFor, uploadAddress } from './registry-token.js';

export interface RegistryAccess {
  /** `https://ghcr.io`, or `http://…` for one without TLS. */
  origin: string;
  /** `user:password`; left out: anonymous. */
  login?: string;
  /** Host of a token service that the spec names beside the registry's own. */
  tokenService?: string;
}

export interface CopyRequest {
  from: RegistryAccess & { repository: string; reference: string };
  to: RegistryAccess & { repository: string; tag?: string };
}

const accepted = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const largestManifest = 8 * 1024 * 1024;
const largestAnswer = 1024 * 1024;

/** An index may name indexes, and no image needs more than this. */
const deepest = 3;
const mostManifests = 200;
/** Larger than any layer of an image. */
const largestBlob = 64 * 1024 ** 3;
const mostLayers = 1000;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const blobSchema = z.object({ digest, size: z.int().min(0).max(largestBlob) });
const manifestSchema = z.object({
  manifests: z.array(z.object({ digest })).max(mostManifests).nullish(),
  config: blobSchema.nullish(),
  layers: z.array(blobSchema).max(mostLayers).nullish(),
});
type Blob = z.output<typeof blobSchema>;

/** Digest of what stands in the target afterwards. Throws E3205 when a registry refuses or what came is not what was named. */
export async function copyImage(http: HttpStream, { from, to }: CopyRequest): Promise<string> {
  const source = registryClient(http, from);
  const target = registryClient(http, to);
  let copied = 0;
  const copy = async (reference: string, depth: number, tag?: string): Promise<string> => {
    copied += 1;
    if (depth > deepest || copied > mostManifests)
      throw fail('E3205', `${from.origin} gives an index of ${from.repository} that has no end.`);
    const { bytes, type, digest } = await source.manifest(reference);
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
  const parsed = manifestSchema.safeParse(said);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0];
  throw fail(
    'E3205',
    `${origin} gave a manifest of ${repository} that is none: ${where?.path.join('.')} ${where?.message}.`,
    {
      data: { repository, origin },
    },
  );
}

/** Digest that a reference has now. Throws E3205 when the registry does not have it. */
export async function resolveImage(http: HttpStream, from: CopyRequest['from']): Promise<string> {
  return (await registryClient(http, from).manifest(from.reference)).digest;
}

function registryClient(http: HttpStream, access: RegistryAccess & { repository: string }) {
  const { origin, repository } = access;
  const base = `${origin}/v2/${repository}`;
  let authorization: string | undefined;
  const read = (body: Readable, most: number) =>
    collect(body, most).catch((error: unknown) => {
      if (isCatalystError(error)) throw error;
      throw fail('E3205', `${origin} gave no whole answer about ${repository}: ${messageOf(error)}.`, { cause: error });
    });
  const send = async (request: StreamRequest): Promise<StreamAnswer> => {
    const time = createAllowance();
    const ask = () =>
      http({ ...request, time, headers: { ...request.headers, ...(authorization ? { authorization } : {}) } });
    const answer = await ask();
    if (answer.status !== 401 || authorization !== undefined) return answer;
    answer.body.destroy();
    const token: AskToken = async (url, headers) => {
      const { status, body } = await http({ url, headers, time });
      return { status, text: (await read(body, largestAnswer)).toString('utf8') };
    };
    authorization = await authorizationFor(token, answer.headers['www-authenticate'] ?? '', access);
    return ask();
  };
  const expect = async (request: StreamRequest, status: number, what: string): Promise<StreamAnswer> => {
    const answer = await send(request);
    if (answer.status === status) return answer;
    const said = (await read(answer.body, largestAnswer)).toString('utf8').slice(0, 160);
    throw fail('E3205', `${origin} answered ${answer.status} when asked to ${what} of ${repository}: ${said}`, {
      actions: [
        answer.status === 401 || answer.status === 403
          ? `helm registry login ${new URL(origin).host}`
          : `Look whether ${repository} is there`,
      ],
      data: { status: answer.status, repository, origin },
    });
  };
  return {
    async manifest(reference: string) {
      const url = `${base}/manifests/${reference}`;
      const answer = await expect({ url, headers: { accept: accepted.join(', ') } }, 200, `give ${reference}`);
      const bytes = await read(answer.body, largestManifest);
      const digest = `sha256:${sha256(bytes)}`;
      if (reference.startsWith('sha256:') && reference !== digest) throw other(repository, reference, digest);
      return { bytes, digest, type: answer.headers['content-type']?.split(';')[0] ?? accepted[1]! };
    },
    async has(digest: string): Promise<boolean> {
      const answer = await send({ url: `${base}/blobs/${digest}`, method: 'HEAD' });
      answer.body.destroy();
      return answer.status === 200;
    },
    blob: async ({ digest }: Blob) => (await expect({ url: `${base}/blobs/${digest}` }, 200, 'give a layer')).body,
    async put({ digest, size }: Blob, stream: Readable): Promise<void> {
      // a challenge must not cost the stream: the first request of an upload has no body
      const begun = await expect(
        { url: `${base}/blobs/uploads/`, method: 'POST', body: Buffer.alloc(0) },
        202,
        'take a layer',
      );
      begun.body.destroy();
      const location = uploadAddress(begun.headers['location'], access);
      location.searchParams.set('digest', digest);
      const check = checked({ digest, size }, repository);
      // a source that breaks off must break off the upload, which is then told as one failure
      pipeline(stream, check).catch(() => undefined);
      const body = { stream: check, length: size };
      const headers = { 'content-type': 'application/octet-stream' };
      const request = { url: location.href, method: 'PUT', body, headers };
      (await expect(request, 201, 'keep a layer')).body.destroy();
    },
    async putManifest(reference: string, body: Buffer, type: string): Promise<void> {
      const url = `${base}/manifests/${reference}`;
      const request = { url, method: 'PUT', body, headers: { 'content-type': type } };
      (await expect(request, 201, `keep ${reference}`)).body.destroy();
    },
  };
}

const other = (repository: string, named: string, came: string) =>
  fail('E3205', `What came for ${repository} ${named} has the digest ${came}.`, { data: { repository } });

/** Ends with an error when the bytes that ran through are not those that the digest names. */
function checked({ digest, size }: Blob, repository: string): Transform {
  const hash = createHash('sha256');
  let seen = 0;
  return new Transform({
    transform(chunk, _, done) {
      seen += (chunk as Buffer).length;
      if (seen > size)
        return done(fail('E3205', `More came for ${repository} ${digest} than the ${size} bytes it has.`));
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const came = `sha256:${hash.digest('hex')}`;
      done(came === digest ? null : other(repository, digest, came));
    },
  });
}
