/** What S3 answers about the lifecycle of a bucket. */
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import type { Bucket } from './objects.js';
import { S3Error, xml } from './xml.js';

/** The rules are kept as they came. Ceph wants Content-MD5 and takes no other sum for it (ceph v18.2, src/rgw/rgw_op.cc, RGWPutLC::execute). */
export function lifecycleCall(
  { method, headers }: LabRequest,
  payload: () => Buffer,
  bucket: Pick<Bucket, 'lifecycle'>,
): LabResponse {
  if (method === 'GET') {
    if (bucket.lifecycle === undefined)
      throw new S3Error(404, 'NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist.');
    return { ...xml('LifecycleConfiguration', {}), body: bucket.lifecycle };
  }
  if (!headers['content-md5'])
    throw new S3Error(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5.');
  const text = String(payload());
  if (!/<Rule[\s>]/.test(text)) throw new S3Error(400, 'MalformedXML', 'The XML you provided was not well-formed.');
  bucket.lifecycle = text;
  return { status: 200 };
}
