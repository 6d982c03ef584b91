/** What S3 answers about one object, multipart uploads included. */
import { randomUUID } from 'node:crypto';
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import { checkedSums } from './checksums.js';
import { isNotModified, mayWrite } from './conditions.js';
import { type Bucket, md5, type ObjectStorage, type StoredObject } from './objects.js';
import { elementsOf, noSuchKey, S3Error, textsOf, xml } from './xml.js';

export interface ObjectCall {
  request: LabRequest;
  payload: () => Buffer;
  storage: ObjectStorage;
  bucket: Bucket;
  key: string;
  /** A bucket that the caller may read, for copies. */
  readable: (name: string) => Bucket;
}

/** Calls on `/<bucket>/<key>`. */
export function objectCall(call: ObjectCall): LabResponse {
  const { request, storage, bucket, key } = call;
  const { method, query } = request;
  if (query.has('uploads') || query.has('uploadId')) return multipart(call);
  if (method === 'GET' || method === 'HEAD') {
    return read(request, wanted(call));
  }
  if (method === 'PUT') {
    const source = request.headers['x-amz-copy-source'];
    if (source) return copy(call, String(source));
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

function copy({ storage, bucket, key, readable, request }: ObjectCall, source: string): LabResponse {
  const [path] = source.split('?versionId=');
  const [, from, ...rest] = `/${decodeURIComponent(path!).replace(/^\//, '')}`.split('/');
  const found = storage.current(readable(from!), rest.join('/'));
  if (!found) throw noSuchKey();
  const replace = request.headers['x-amz-metadata-directive'] === 'REPLACE';
  const object = storage.put(
    bucket,
    key,
    found.body,
    replace ? about(request) : { contentType: found.contentType, metadata: found.metadata },
  );
  return xml('CopyObjectResult', { ETag: `"${object.etag}"`, LastModified: object.modified.toISOString() });
}

function multipart({ request, payload, storage, bucket, key }: ObjectCall): LabResponse {
  const { method, query } = request;
  if (method === 'POST' && query.has('uploads')) {
    const id = randomUUID();
    const contentType = about(request).contentType!;
    bucket.uploads.set(id, { key, contentType, parts: new Map(), started: new Date(0) });
    return xml('InitiateMultipartUploadResult', { Bucket: bucket.name, Key: key, UploadId: id });
  }
  const id = query.get('uploadId') ?? '';
  const upload = bucket.uploads.get(id);
  if (upload?.key !== key) throw new S3Error(404, 'NoSuchUpload', 'The specified upload does not exist.');
  if (method === 'PUT') {
    const part = payload();
    const number = Number(query.get('partNumber'));
    if (!Number.isInteger(number) || number < 1 || number > 10_000)
      throw new S3Error(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive.');
    upload.parts.set(number, part);
    return { status: 200, headers: { etag: `"${md5(part)}"` } };
  }
  if (method === 'GET')
    return xml('ListPartsResult', {
      Bucket: bucket.name,
      Key: key,
      UploadId: id,
      IsTruncated: false,
      Part: [...upload.parts].map(([number, part]) => ({
        PartNumber: number,
        ETag: `"${md5(part)}"`,
        Size: part.length,
      })),
    });
  if (method === 'DELETE') {
    bucket.uploads.delete(id);
    return { status: 204 };
  }
  const wanted = elementsOf(String(payload()), 'Part').map((element) => Number(textsOf(element, 'PartNumber')[0]));
  const parts = wanted.map((number) => upload.parts.get(number));
  if (parts.length === 0 || parts.includes(undefined))
    throw new S3Error(400, 'InvalidPart', 'One or more of the specified parts could not be found.');
  const bytes = parts as Buffer[];
  const etag = `${md5(Buffer.concat(bytes.map((part) => Buffer.from(md5(part), 'hex'))))}-${bytes.length}`;
  const object = storage.put(bucket, key, Buffer.concat(bytes), { contentType: upload.contentType, etag });
  bucket.uploads.delete(id);
  return xml('CompleteMultipartUploadResult', { Bucket: bucket.name, Key: key, ETag: `"${object.etag}"` });
}
