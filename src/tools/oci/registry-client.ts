/** One repository of a registry over the OCI distribution API: what copies images and what proves that Harbor keeps them. */
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
  /** What to type when it refuses the login; default: `helm registry login`. */
  loginRemedy?: string;
}

const accepted = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const largestManifest = 8 * 1024 * 1024;
const largestAnswer = 1024 * 1024;

/** Larger than any layer of an image. */
const largestBlob = 64 * 1024 ** 3;
export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export const blobSchema = z.object({ digest: digestSchema, size: z.int().min(0).max(largestBlob) });
type Blob = z.output<typeof blobSchema>;
const tagsSchema = z.object({ tags: z.array(z.string()).nullable() });

/** Throws E3205 when the registry refuses, E3009 and E3010 when it leads a login elsewhere. */
export function registryClient(http: HttpStream, access: RegistryAccess & { repository: string }) {
  const { origin, repository } = access;
  const base = `${origin}/v2/${repository}`;
  let authorization: string | undefined;
  const read = (body: Readable, most: number) =>
    collect(body, most).catch((error: unknown) => {
      if (isCatalystError(error)) throw error;
      throw fail('E3205', `${origin} gave an incomplete answer about ${repository}: ${messageOf(error)}.`, {
        cause: error,
      });
    });
  const send = async (request: StreamRequest): Promise<StreamAnswer> => {
    const time = createAllowance();
    const ask = () =>
      http({ ...request, time, headers: { ...request.headers, ...(authorization ? { authorization } : {}) } });
    const answer = await ask();
    // a token is good for what it was asked for; a stream can be sent but once
    if (answer.status !== 401 || (request.body !== undefined && 'stream' in request.body)) return answer;
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
    throw refused(
      access,
      answer.status,
      `${what} of ${repository}`,
      (await read(answer.body, largestAnswer)).toString('utf8'),
    );
  };
  return {
    async manifest(reference: string) {
      const url = `${base}/manifests/${reference}`;
      const answer = await expect({ url, headers: { accept: accepted.join(', ') } }, 200, `give ${reference}`);
      const bytes = await read(answer.body, largestManifest);
      const digest = `sha256:${sha256(bytes)}`;
      return { bytes, digest, type: answer.headers['content-type']?.split(';')[0] ?? accepted[1]! };
    },
    /** None for a repository that has gone. */
    async tags(): Promise<string[]> {
      const answer = await send({ url: `${base}/tags/list` });
      const text = (await read(answer.body, largestAnswer)).toString('utf8');
      if (answer.status === 404) return [];
      if (answer.status === 200) return tagsSchema.parse(JSON.parse(text)).tags ?? [];
      throw refused(access, answer.status, `list the tags of ${repository}`, text);
    },
    /** Whether the repository has that tag or digest: the status of the answer, redirects to its storage followed. */
    async head(reference: string): Promise<number> {
      const request: StreamRequest = {
        url: `${base}/manifests/${reference}`,
        method: 'HEAD',
        headers: { accept: accepted.join(', ') },
      };
      const answer = await send(request);
      answer.body.destroy();
      const location = answer.headers['location'];
      if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer.status;
      const moved = await http({ ...request, url: new URL(location, request.url).href });
      moved.body.destroy();
      return moved.status;
    },
    async has(digest: string): Promise<boolean> {
      const answer = await send({ url: `${base}/blobs/${digest}`, method: 'HEAD' });
      answer.body.destroy();
      return answer.status === 200;
    },
    blob: async ({ digest }: Pick<Blob, 'digest'>) =>
      (await expect({ url: `${base}/blobs/${digest}` }, 200, 'give a layer')).body,
    async put({ digest, size }: Blob, content: Readable | Buffer): Promise<void> {
      // a challenge must not cost the stream: the first request of an upload has no body
      const begun = await expect(
        { url: `${base}/blobs/uploads/`, method: 'POST', body: Buffer.alloc(0) },
        202,
        'take a layer',
      );
      begun.body.destroy();
      const location = uploadAddress(begun.headers['location'], access);
      location.searchParams.set('digest', digest);
      const body = Buffer.isBuffer(content)
        ? content
        : { stream: checkedStream(content, { digest, size }, repository), length: size };
      const headers = { 'content-type': 'application/octet-stream' };
      const request = { url: location.href, method: 'PUT', body, headers };
      (await expect(request, 201, 'keep a layer')).body.destroy();
    },
    async putManifest(reference: string, body: Buffer, type: string): Promise<void> {
      const url = `${base}/manifests/${reference}`;
      const request = { url, method: 'PUT', body, headers: { 'content-type': type } };
      (await expect(request, 201, `keep ${reference}`)).body.destroy();
    },
    /** Whatever the registry says to it. */
    async removeManifest(digest: string): Promise<void> {
      (await send({ url: `${base}/manifests/${digest}`, method: 'DELETE' })).body.destroy();
    },
  };
}

function refused(
  { origin, repository, loginRemedy }: RegistryAccess & { repository: string },
  status: number,
  what: string,
  said: string,
) {
  const login = loginRemedy ?? `helm registry login ${new URL(origin).host}`;
  return fail('E3205', `${origin} answered ${status} when asked to ${what}: ${said.slice(0, 160)}`, {
    actions: [status === 401 || status === 403 ? login : `Check that ${repository} exists`],
    data: { status, repository, origin },
  });
}

export const otherBytes = (repository: string, named: string, came: string) =>
  fail('E3205', `The content received for ${repository} ${named} has the digest ${came}.`, { data: { repository } });

function checkedStream(stream: Readable, blob: Blob, repository: string): Transform {
  const check = checked(blob, repository);
  // a source that breaks off must break off the upload, which is then told as one failure
  pipeline(stream, check).catch(() => undefined);
  return check;
}

/** Ends with an error when the bytes that ran through are not those that the digest names. */
function checked({ digest, size }: Blob, repository: string): Transform {
  const hash = createHash('sha256');
  let seen = 0;
  return new Transform({
    transform(chunk, _, done) {
      seen += (chunk as Buffer).length;
      if (seen > size)
        return done(fail('E3205', `More data arrived for ${repository} ${digest} than its ${size} bytes.`));
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const came = `sha256:${hash.digest('hex')}`;
      done(came === digest ? null : otherBytes(repository, digest, came));
    },
  });
}
