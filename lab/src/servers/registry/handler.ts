/** The OCI distribution API: blobs in one piece or in chunks, manifests by tag and digest, tags and catalog. */
import { randomUUID } from 'node:crypto';
import { sha256 } from 'catalyst/support/hash.js';
import type { LabHandler, LabRequest, LabResponse } from '../../requests/http-server.js';
import { isDigest, type RegistryStorage } from './storage.js';

export interface RegistryOptions {
  storage: RegistryStorage;
  /** Left out: anybody may do anything. Asked with what Basic authentication gave, or nothing. */
  authorize?: (
    credentials: { username: string; password: string } | undefined,
    call: { write: boolean; repository: string },
  ) => boolean | Promise<boolean>;
}

const digestOf = (body: Buffer) => `sha256:${sha256(body)}`;
const failure = (status: number, code: string, message: string, headers?: Record<string, string>): LabResponse => ({
  status,
  headers,
  body: { errors: [{ code, message }] },
});
const version = { 'docker-distribution-api-version': 'registry/2.0' };

export function registryHandler({ storage, authorize }: RegistryOptions): LabHandler {
  const uploads = new Map<string, Buffer[]>();
  return async (request) => {
    const path = decodeURIComponent(request.path);
    const route = /^\/v2(?:\/(.+?))?\/(manifests|blobs\/uploads|blobs|tags)\/?([^/]*)$/.exec(path);
    const repository = route?.[1] ?? '';
    if (authorize) {
      const write = !['GET', 'HEAD'].includes(request.method);
      if (!(await authorize(basicOf(request), { write, repository })))
        return failure(401, 'UNAUTHORIZED', 'authentication required', {
          ...version,
          'www-authenticate': 'Basic realm="registry"',
        });
    }
    const response = await dispatch(request, path, route, storage, uploads);
    return {
      ...response,
      headers: { ...version, ...response.headers },
      log: { object: repository ? `repository ${repository}` : undefined },
    };
  };
}

export function basicOf(request: LabRequest): { username: string; password: string } | undefined {
  const encoded = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!encoded) return undefined;
  const [username = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  return { username, password: rest.join(':') };
}

async function dispatch(
  request: LabRequest,
  path: string,
  route: RegExpExecArray | null,
  storage: RegistryStorage,
  uploads: Map<string, Buffer[]>,
): Promise<LabResponse> {
  if (path === '/v2/' || path === '/v2') return { status: 200, body: {} };
  if (path === '/v2/_catalog') return { status: 200, body: { repositories: await storage.repositories() } };
  if (!route?.[1]) return failure(404, 'NOT_FOUND', 'no such route');
  const [, repository, kind, reference = ''] = route as unknown as [string, string, string, string?];
  if (!/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/.test(repository))
    return failure(400, 'NAME_INVALID', `invalid repository name ${repository}`);
  if (kind === 'tags') {
    const tags = await storage.tags(repository);
    if (tags.length === 0) return failure(404, 'NAME_UNKNOWN', 'repository name not known to registry');
    return { status: 200, body: { name: repository, tags: pageOf(tags, request.query) } };
  }
  if (kind === 'manifests') return manifests(request, repository, reference, storage);
  if (kind === 'blobs') return blobs(request, repository, reference, storage);
  return upload(request, repository, reference, storage, uploads);
}

/** `n` of them behind `last`, in their order. */
function pageOf(tags: readonly string[], query: URLSearchParams): string[] {
  const last = query.get('last');
  const sorted = tags.filter((tag) => last === null || tag > last).sort();
  return sorted.slice(0, query.has('n') ? Number(query.get('n')) : undefined);
}

async function manifests(
  request: LabRequest,
  repository: string,
  reference: string,
  storage: RegistryStorage,
): Promise<LabResponse> {
  if (request.method === 'PUT') {
    const manifest = parse(request.body);
    if (!manifest) return failure(400, 'MANIFEST_INVALID', 'the manifest is not JSON');
    const wanted = [manifest.config, ...(manifest.layers ?? [])].filter((one) => one !== undefined);
    for (const { digest } of wanted)
      if (!(await storage.hasBlob(repository, digest))) return failure(400, 'MANIFEST_BLOB_UNKNOWN', digest);
    const digest = digestOf(request.body);
    if (isDigest(reference) && reference !== digest)
      return failure(400, 'DIGEST_INVALID', 'the digest does not match the content');
    await storage.putManifest(repository, reference, digest, request.body);
    return {
      status: 201,
      headers: { location: `/v2/${repository}/manifests/${digest}`, 'docker-content-digest': digest },
    };
  }
  if (request.method === 'DELETE')
    return (await storage.removeManifest(repository, reference))
      ? { status: 202 }
      : failure(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  const found = await storage.manifest(repository, reference);
  if (!found) return failure(404, 'MANIFEST_UNKNOWN', `manifest unknown: ${repository}:${reference}`);
  const type = parse(found.body)?.mediaType ?? 'application/vnd.oci.image.manifest.v1+json';
  return {
    status: 200,
    headers: {
      'content-type': type,
      'docker-content-digest': found.digest,
      'content-length': String(found.body.length),
      etag: `"${found.digest}"`,
    },
    body: found.body,
  };
}

async function blobs(
  request: LabRequest,
  repository: string,
  digest: string,
  storage: RegistryStorage,
): Promise<LabResponse> {
  if (request.method === 'DELETE')
    return (await storage.removeBlob(repository, digest)) ? { status: 202 } : failure(404, 'BLOB_UNKNOWN', digest);
  const body = (await storage.hasBlob(repository, digest)) ? await storage.blob(digest) : undefined;
  if (!body) return failure(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'docker-content-digest': digest,
      'content-length': String(body.length),
    },
    body,
  };
}

async function upload(
  request: LabRequest,
  repository: string,
  id: string,
  storage: RegistryStorage,
  uploads: Map<string, Buffer[]>,
): Promise<LabResponse> {
  const { method, query, body } = request;
  const wanted = query.get('digest');
  const finish = async (bytes: Buffer): Promise<LabResponse> => {
    if (!wanted || digestOf(bytes) !== wanted)
      return failure(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
    await storage.putBlob(repository, wanted, bytes);
    uploads.delete(id);
    return {
      status: 201,
      headers: { location: `/v2/${repository}/blobs/${wanted}`, 'docker-content-digest': wanted },
    };
  };
  if (method === 'POST') {
    const [mount, from] = [query.get('mount'), query.get('from')];
    const mounted = mount && from && (await storage.hasBlob(from, mount)) ? await storage.blob(mount) : undefined;
    if (mount && mounted) {
      await storage.putBlob(repository, mount, mounted);
      return { status: 201, headers: { location: `/v2/${repository}/blobs/${mount}`, 'docker-content-digest': mount } };
    }
    if (wanted) return finish(body);
    const started = randomUUID();
    uploads.set(started, []);
    return accepted(repository, started, 0);
  }
  const parts = uploads.get(id);
  if (!parts) return failure(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  if (method === 'GET') return { ...accepted(repository, id, size), status: 204 };
  if (method === 'DELETE') {
    uploads.delete(id);
    return { status: 204 };
  }
  const start = /^(\d+)-\d+$/.exec(String(request.headers['content-range'] ?? ''))?.[1];
  if (start !== undefined && Number(start) !== size) return { ...accepted(repository, id, size), status: 416 };
  if (method === 'PATCH') {
    parts.push(body);
    return accepted(repository, id, size + body.length);
  }
  return finish(Buffer.concat([...parts, body]));
}

const accepted = (repository: string, id: string, size: number): LabResponse => ({
  status: 202,
  headers: {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    'docker-upload-uuid': id,
    range: `0-${Math.max(0, size - 1)}`,
  },
});

interface Manifest {
  mediaType?: string;
  config?: { digest: string };
  layers?: { digest: string }[];
}

function parse(body: Buffer): Manifest | undefined {
  try {
    return JSON.parse(String(body)) as Manifest;
  } catch {
    return undefined;
  }
}
