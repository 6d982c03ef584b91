/** What S3 answers about one bucket. */
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import { lifecycleCall } from './lifecycle.js';
import type { Bucket, ObjectStorage, StoredObject } from './objects.js';
import { elementsOf, S3Error, textsOf, type XmlNode, xml } from './xml.js';

const quoted = (etag: string) => `"${etag}"`;

/** Calls on `/<bucket>` other than making it. */
export function bucketCall(
  request: LabRequest,
  payload: () => Buffer,
  storage: ObjectStorage,
  bucket: Bucket,
  region: string,
): LabResponse {
  const { method, query } = request;
  if (method === 'HEAD') return { status: 200, headers: { 'x-amz-bucket-region': region } };
  if (query.has('versioning')) {
    if (method === 'GET') return xml('VersioningConfiguration', { Status: bucket.versioning });
    const status = textsOf(String(payload()), 'Status')[0];
    if (status !== 'Enabled' && status !== 'Suspended')
      throw new S3Error(400, 'MalformedXML', 'Status must be Enabled or Suspended.');
    bucket.versioning = status;
    return { status: 200 };
  }
  if (query.has('lifecycle')) return lifecycleCall(request, payload, bucket);
  if (method === 'GET' && query.has('location'))
    return { ...xml('LocationConstraint', {}), body: `<LocationConstraint>${region}</LocationConstraint>` };
  for (const [name, code] of unset)
    if (method === 'GET' && query.has(name)) throw new S3Error(404, code, 'There is no such configuration.');
  if (method === 'GET' && query.has('versions')) return listVersions(query, bucket);
  if (method === 'GET' && query.has('uploads'))
    return xml('ListMultipartUploadsResult', {
      Bucket: bucket.name,
      Upload: [...bucket.uploads].map(([id, upload]) => ({ Key: upload.key, UploadId: id })),
    });
  if (method === 'GET') return listObjects(query, storage, bucket);
  if (method === 'POST' && query.has('delete')) return deleteMany(request, payload(), storage, bucket);
  if (method === 'DELETE' && [...query.keys()].length === 0) {
    if (!storage.isEmpty(bucket))
      throw new S3Error(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty.');
    storage.buckets.delete(bucket.name);
    return { status: 204 };
  }
  throw new S3Error(501, 'NotImplemented', 'A header or query you provided implies functionality that is not there.');
}

const unset: readonly (readonly [string, string])[] = [
  ['policy', 'NoSuchBucketPolicy'],
  ['cors', 'NoSuchCORSConfiguration'],
  ['object-lock', 'ObjectLockConfigurationNotFoundError'],
  ['tagging', 'NoSuchTagSet'],
];

function pageSize(query: URLSearchParams): number {
  const asked = Number(query.get('max-keys') ?? 1000);
  if (!Number.isInteger(asked) || asked < 0)
    throw new S3Error(400, 'InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647.');
  return Math.min(asked, 1000);
}

function listObjects(query: URLSearchParams, storage: ObjectStorage, bucket: Bucket): LabResponse {
  const v2 = query.get('list-type') === '2';
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const max = pageSize(query);
  const token = query.get('continuation-token');
  const after = token ? Buffer.from(token, 'base64url').toString() : (query.get(v2 ? 'start-after' : 'marker') ?? '');
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string) => text;

  const contents: StoredObject[] = [];
  const common: string[] = [];
  let last = '';
  let truncated = false;
  for (const object of storage.list(bucket, prefix)) {
    const cut = delimiter ? object.key.indexOf(delimiter, prefix.length) : -1;
    const folder = cut < 0 ? undefined : object.key.slice(0, cut + delimiter.length);
    if ((folder ?? object.key) <= after || (folder !== undefined && common.includes(folder))) continue;
    if (contents.length + common.length >= max) {
      truncated = max > 0;
      break;
    }
    if (folder === undefined) contents.push(object);
    else common.push(folder);
    last = folder ?? object.key;
  }
  return xml('ListBucketResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter ? encode(delimiter) : undefined,
    MaxKeys: max,
    ...(query.get('encoding-type') ? { EncodingType: 'url' } : {}),
    ...(v2 ? { KeyCount: contents.length + common.length } : { Marker: after }),
    IsTruncated: truncated,
    NextContinuationToken: v2 && truncated ? Buffer.from(last).toString('base64url') : undefined,
    NextMarker: !v2 && truncated ? encode(last) : undefined,
    Contents: contents.map(
      (object): XmlNode => ({
        Key: encode(object.key),
        LastModified: object.modified.toISOString(),
        ETag: quoted(object.etag),
        Size: object.body.length,
        StorageClass: 'STANDARD',
      }),
    ),
    CommonPrefixes: common.map((folder) => ({ Prefix: encode(folder) })),
  });
}

function listVersions(query: URLSearchParams, bucket: Bucket): LabResponse {
  const prefix = query.get('prefix') ?? '';
  const all = [...bucket.objects.values()]
    .flatMap((versions) => versions.map((version, index) => ({ version, latest: index === 0 })))
    .filter(({ version }) => version.key.startsWith(prefix))
    .sort((a, b) => (a.version.key < b.version.key ? -1 : a.version.key > b.version.key ? 1 : 0));
  const max = pageSize(query);
  const [keyMarker, versionMarker] = [query.get('key-marker'), query.get('version-id-marker')];
  const last = all.findIndex(
    ({ version }) => version.key === keyMarker && (!versionMarker || version.versionId === versionMarker),
  );
  // The page goes on behind the marker, or behind where it was when it has been deleted meanwhile.
  const after = keyMarker === null ? 0 : last >= 0 ? last + 1 : all.findIndex(({ version }) => version.key > keyMarker);
  const shown = after < 0 ? [] : all.slice(after, after + max);
  const more = after >= 0 && after + max < all.length;
  const end = shown.at(-1)?.version;
  const node = ({ version, latest }: (typeof all)[number]): XmlNode => ({
    Key: version.key,
    VersionId: version.versionId,
    IsLatest: latest,
    LastModified: version.modified.toISOString(),
    ...(version.marker ? {} : { ETag: quoted(version.etag), Size: version.body.length }),
  });
  return xml('ListVersionsResult', {
    Name: bucket.name,
    Prefix: prefix,
    MaxKeys: max,
    IsTruncated: more,
    NextKeyMarker: more ? end?.key : undefined,
    NextVersionIdMarker: more ? end?.versionId : undefined,
    Version: shown.filter(({ version }) => !version.marker).map(node),
    DeleteMarker: shown.filter(({ version }) => version.marker).map(node),
  });
}

function deleteMany(request: LabRequest, payload: Buffer, storage: ObjectStorage, bucket: Bucket): LabResponse {
  // Ceph, which Hetzner runs, still wants it; the CRC32 that SDKs send instead is not enough (facts/hetzner.md §3).
  if (!request.headers['content-md5'])
    throw new S3Error(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5.');
  if (!/<Delete[\s>]/.test(String(payload)))
    throw new S3Error(400, 'MalformedXML', 'The XML you provided was not well-formed.');
  const deleted = elementsOf(String(payload), 'Object').map((element) => {
    const key = textsOf(element, 'Key')[0] ?? '';
    const versionId = textsOf(element, 'VersionId')[0];
    storage.remove(bucket, key, versionId);
    return { Key: key, VersionId: versionId };
  });
  return xml('DeleteResult', { Deleted: textsOf(String(payload), 'Quiet')[0] === 'true' ? [] : deleted });
}
