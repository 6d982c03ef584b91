/** What S3 answers about one object. */
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import { checkedSums } from './checksums.js';
import { isNotModified, mayWrite } from './conditions.js';
import type { Bucket, ObjectStorage, StoredObject } from './objects.js';
import { noSuchKey, S3Error } from './xml.js';

export interface ObjectCall {
  request: LabRequest;
  payload: () => Buffer;
  storage: ObjectStorage;
  bucket: Bucket;
  key: string;
}

/** Calls on `/<bucket>/<key>`. */
export function objectCall(call: ObjectCall): LabResponse {
  const { request, storage, bucket, key } = call;
  const { method, query } = request;
  if (query.has('uploads') || query.has('uploadId')) return unfinished(call);
  if (method === 'GET' || method === 'HEAD') {
    return read(request, wanted(call));
  }
  if (method === 'PUT') {
    if (request.headers['x-amz-copy-source']) throw notThere();
    const body = call.payload();
    mayWrite(request, storage.current(bucket, key));
    const object = storage.put(bucket, key, body, { ...about(request), sums: checkedSums(request, body) });
    return { status: 200, headers: { etag: `"${object.etag}"`, ...object.sums, ...version(bucket, object.versionId) } };
  }
  if (method === 'DELETE') {
    const removed = storage.remove(bucket, key, query.get('versionId') ?? undefined);
    const headers = removed.versionId ? version(bucket, removed.versionId) : {};
    return { status: 204, headers: { ...headers, ...(removed.marker ? { 'x-amz-delete-marker': 'true' } : {}) } };
  }
  throw new S3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
}

/** The version that is asked for, or the newest; why there is none, as S3 tells it. */
function wanted({ request, storage, bucket, key }: ObjectCall): StoredObject {
  const versionId = request.query.get('versionId') ?? undefined;
  const found = storage.current(bucket, key, versionId);
  if (found) return found;
  const one = bucket.objects.get(key)?.find((version) => version.versionId === versionId);
  if (one?.marker)
    throw new S3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
  throw versionId === undefined
    ? noSuchKey()
    : new S3Error(404, 'NoSuchVersion', 'The specified version does not exist.');
}

const version = (bucket: Bucket, versionId: string): Record<string, string> =>
  bucket.versioning ? { 'x-amz-version-id': versionId } : {};

function about(request: LabRequest): Partial<StoredObject> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (name.startsWith('x-amz-meta-')) metadata[name] = String(value);
  return { contentType: String(request.headers['content-type'] ?? 'binary/octet-stream'), metadata };
}

function read(request: LabRequest, object: StoredObject): LabResponse {
  const headers: Record<string, string> = {
    'content-type': object.contentType,
    etag: `"${object.etag}"`,
    'last-modified': object.modified.toUTCString(),
    'accept-ranges': 'bytes',
    ...(object.versionId === 'null' ? {} : { 'x-amz-version-id': object.versionId }),
    ...object.metadata,
    ...(request.headers['x-amz-checksum-mode'] === 'ENABLED' ? object.sums : {}),
  };
  if (isNotModified(request, object)) return { status: 304, headers };
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  // a range that runs backwards is none
  if (!range || (range[1] && range[2] && Number(range[1]) > Number(range[2])))
    return { status: 200, headers: { ...headers, 'content-length': String(object.body.length) }, body: object.body };
  const size = object.body.length;
  const from = range[1] ? Number(range[1]) : Math.max(0, size - Number(range[2]));
  const to = range[1] && range[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  if (from >= size || from > to) throw new S3Error(416, 'InvalidRange', 'The requested range cannot be satisfied.');
  const body = object.body.subarray(from, to + 1);
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${from}-${to}/${size}`, 'content-length': String(body.length) },
    body,
  };
}

const notThere = () =>
  new S3Error(501, 'NotImplemented', 'A header or query you provided implies functionality that is not there.');

/** An upload in parts can be given up, as a purge does; nobody here sends one. */
function unfinished({ request: { method, query }, bucket, key }: ObjectCall): LabResponse {
  if (method !== 'DELETE') throw notThere();
  const id = query.get('uploadId') ?? '';
  if (bucket.uploads.get(id)?.key !== key)
    throw new S3Error(404, 'NoSuchUpload', 'The specified upload does not exist.');
  bucket.uploads.delete(id);
  return { status: 204 };
}
