/**
 * Copies images from registry to registry over the OCI distribution API, by digest: what arrives has the very bytes of what
 * was asked for, all platforms of an index included. Blobs that the target has are not sent again.
 */
import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fail } from '../support/errors.js';
import { sha256 } from '../support/hash.js';
import type { HttpStream, StreamAnswer, StreamRequest } from './http-stream.js';

export interface RegistryAccess {
  /** `https://ghcr.io`, or `http://…` for one without TLS. */
  origin: string;
  /** `user:password`; left out: anonymous. */
  login?: string;
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

interface Manifest {
  mediaType?: string;
  manifests?: { digest: string }[];
  config?: Blob;
  layers?: Blob[];
}
interface Blob {
  digest: string;
  size: number;
}

/** Digest of what stands in the target afterwards. Throws E3205 when a registry refuses or what came is not what was named. */
export async function copyImage(http: HttpStream, { from, to }: CopyRequest): Promise<string> {
  const source = registryClient(http, from);
  const target = registryClient(http, to);
  const copy = async (reference: string, tag?: string): Promise<string> => {
    const { bytes, type, digest } = await source.manifest(reference);
    const manifest = JSON.parse(bytes.toString('utf8')) as Manifest;
    for (const child of manifest.manifests ?? []) await copy(child.digest);
    for (const blob of [...(manifest.config ? [manifest.config] : []), ...(manifest.layers ?? [])]) {
      if (!(await target.has(blob.digest))) await target.put(blob, await source.blob(blob.digest));
    }
    await target.putManifest(tag ?? digest, bytes, type);
    return digest;
  };
  return copy(from.reference, to.tag);
}

/** Digest that a reference has now. Throws E3205 when the registry does not have it. */
export async function resolveImage(http: HttpStream, from: CopyRequest['from']): Promise<string> {
  return (await registryClient(http, from).manifest(from.reference)).digest;
}

function registryClient(http: HttpStream, access: RegistryAccess & { repository: string }) {
  const { origin, repository } = access;
  const base = `${origin}/v2/${repository}`;
  let authorization: string | undefined;
  const send = async (request: StreamRequest): Promise<StreamAnswer> => {
    const ask = () =>
      http({ ...request, headers: { ...request.headers, ...(authorization ? { authorization } : {}) } });
    const answer = await ask();
    if (answer.status !== 401 || authorization !== undefined) return answer;
    answer.body.resume();
    authorization = await authorize(http, answer.headers['www-authenticate'] ?? '', access);
    return ask();
  };
  const expect = async (request: StreamRequest, status: number, what: string): Promise<StreamAnswer> => {
    const answer = await send(request);
    if (answer.status === status) return answer;
    const said = (await readAll(answer.body, 2000)).toString('utf8').slice(0, 160);
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
      const bytes = await readAll(answer.body, largestManifest);
      const digest = `sha256:${sha256(bytes)}`;
      if (reference.startsWith('sha256:') && reference !== digest) throw other(repository, reference, digest);
      return { bytes, digest, type: answer.headers['content-type']?.split(';')[0] ?? accepted[1]! };
    },
    async has(digest: string): Promise<boolean> {
      const answer = await send({ url: `${base}/blobs/${digest}`, method: 'HEAD' });
      answer.body.resume();
      return answer.status === 200;
    },
    blob: async (digest: string) => (await expect({ url: `${base}/blobs/${digest}` }, 200, 'give a layer')).body,
    async put({ digest, size }: Blob, stream: Readable): Promise<void> {
      // a challenge must not cost the stream: the first request of an upload has no body
      const begun = await expect(
        { url: `${base}/blobs/uploads/`, method: 'POST', body: Buffer.alloc(0) },
        202,
        'take a layer',
      );
      begun.body.resume();
      const location = new URL(begun.headers['location'] ?? '', origin);
      location.searchParams.set('digest', digest);
      const check = checked(digest, repository);
      // a source that breaks off must break off the upload, which is then told as one failure
      pipeline(stream, check).catch(() => undefined);
      const body = { stream: check, length: size };
      const headers = { 'content-type': 'application/octet-stream' };
      (await expect({ url: location.href, method: 'PUT', body, headers }, 201, 'keep a layer')).body.resume();
    },
    async putManifest(reference: string, body: Buffer, type: string): Promise<void> {
      const url = `${base}/manifests/${reference}`;
      const request = { url, method: 'PUT', body, headers: { 'content-type': type } };
      (await expect(request, 201, `keep ${reference}`)).body.resume();
    },
  };
}

const other = (repository: string, named: string, came: string) =>
  fail('E3205', `What came for ${repository} ${named} has the digest ${came}.`, { data: { repository } });

/** Ends with an error when the bytes that ran through are not those that the digest names. */
function checked(digest: string, repository: string): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const came = `sha256:${hash.digest('hex')}`;
      done(came === digest ? null : other(repository, digest, came));
    },
  });
}

async function readAll(body: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > most) break;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Answers a challenge: basic, or a bearer token from the realm, anonymously when there is no login. */
async function authorize(http: HttpStream, challenge: string, { login }: RegistryAccess): Promise<string> {
  const basic = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  if (!/^bearer/i.test(challenge)) return basic ?? '';
  const field = (name: string) => challenge.match(new RegExp(`${name}="([^"]*)"`))?.[1];
  const url = new URL(field('realm') ?? '');
  for (const name of ['service', 'scope']) {
    const value = field(name);
    if (value) url.searchParams.set(name, value);
  }
  const answer = await http({ url: url.href, headers: basic ? { authorization: basic } : {} });
  const text = (await readAll(answer.body, 1024 * 1024)).toString('utf8');
  const token = answer.status === 200 ? (JSON.parse(text) as { token?: string; access_token?: string }) : {};
  return `Bearer ${token.token ?? token.access_token ?? ''}`;
}
