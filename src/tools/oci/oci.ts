/** The little of the OCI distribution protocol that a proof needs: push a one-layer artifact, pull it back by digest. */
import { randomBytes } from 'node:crypto';
import { fail } from '../../support/errors/errors.js';
import { sha256 } from '../../support/hash.js';
import type { Http, HttpAnswer, HttpChange, HttpRequest, HttpWriter } from '../http/http.js';
import { authorizationFor, uploadAddress } from './registry-token.js';

export interface OciRegistry {
  /** `https://harbor.omantel.omani.works` */
  origin: string;
  username: string;
  password: string;
}

export interface PushedImage {
  repository: string;
  digest: string;
  layer: string;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const digestOf = (data: Buffer) => `sha256:${sha256(data)}`;

/** Sends a request, and once more with what the registry asks for. */
function signedIn<R extends HttpRequest | HttpChange>(
  http: (request: R) => Promise<HttpAnswer>,
  ask: Http,
  { origin, username, password }: OciRegistry,
): (request: R) => Promise<HttpAnswer> {
  let authorization: string | undefined;
  return async (request) => {
    const send = () =>
      http({ ...request, headers: { ...request.headers, ...(authorization ? { authorization } : {}) } });
    const answer = await send();
    if (answer.status !== 401) return answer;
    authorization = await authorizationFor(
      (at, headers) => ask({ url: at, headers }),
      answer.headers['www-authenticate'] ?? '',
      { origin, login: `${username}:${password}` },
    );
    return send();
  };
}

function expected(answer: HttpAnswer, status: number, what: string): HttpAnswer {
  if (answer.status === status) return answer;
  throw fail('E3002', `The registry answered ${answer.status} when asked to ${what}: ${answer.text.slice(0, 160)}`, {
    data: { status: answer.status },
  });
}

export function readOci(http: Http, registry: OciRegistry) {
  const send = signedIn(http, http, registry);
  return {
    /** Pulls manifest and layer by digest; the digests are computed from what came. */
    async pull(image: PushedImage): Promise<{ manifest: string; layer: string }> {
      const at = `${registry.origin}/v2/${image.repository}`;
      const manifest = expected(
        await send({ url: `${at}/manifests/${image.digest}`, headers: { accept: manifestType } }),
        200,
        'give a manifest',
      );
      const blob = expected(await send({ url: `${at}/blobs/${image.layer}` }), 200, 'give a blob');
      return { manifest: digestOf(Buffer.from(manifest.text)), layer: digestOf(Buffer.from(blob.text)) };
    },
  };
}

export function writeOci(http: HttpWriter, registry: OciRegistry) {
  const send = signedIn<HttpChange>(http, http, registry);
  const pushBlob = async (repository: string, data: Buffer): Promise<string> => {
    const digest = digestOf(data);
    const url = `${registry.origin}/v2/${repository}/blobs/uploads/`;
    const begun = expected(await send({ url, method: 'POST' }), 202, 'begin an upload');
    const location = uploadAddress(begun.headers.location, registry);
    location.searchParams.set('digest', digest);
    const headers = { 'content-type': 'application/octet-stream' };
    expected(await send({ url: location.href, method: 'PUT', body: data, headers }), 201, 'store a blob');
    return digest;
  };
  return {
    /** Pushes fresh random bytes as an image, so that nothing of it can have been there before. */
    async push(repository: string, tag: string): Promise<PushedImage> {
      const config = Buffer.from(
        JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }),
      );
      // letters, so that what comes back as text has the bytes that were sent
      const layer = Buffer.from(randomBytes(512).toString('hex'));
      const [configDigest, layerDigest] = [await pushBlob(repository, config), await pushBlob(repository, layer)];
      const manifest = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: manifestType,
          config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configDigest, size: config.length },
          layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layerDigest, size: layer.length }],
        }),
      );
      const url = `${registry.origin}/v2/${repository}/manifests/${tag}`;
      const put = { url, method: 'PUT', body: manifest, headers: { 'content-type': manifestType } };
      expected(await send(put), 201, 'store a manifest');
      return { repository, digest: digestOf(manifest), layer: layerDigest };
    },
    remove: (image: PushedImage) =>
      send({ url: `${registry.origin}/v2/${image.repository}/manifests/${image.digest}`, method: 'DELETE' }),
  };
}
