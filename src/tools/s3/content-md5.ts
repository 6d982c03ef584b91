/** For calls whose body must come with Content-MD5: the SDK sends a CRC32 instead, which Ceph does not take for it (aws-sdk-js-v3 #6819). */
import { createHash } from 'node:crypto';

interface Call {
  request: unknown;
}

/** A middleware of the step `build`: what it sets is signed. */
export function withContentMd5<Arguments extends Call, Answer>(next: (call: Arguments) => Promise<Answer>) {
  return (call: Arguments): Promise<Answer> => {
    const { body, headers } = call.request as { body?: string | Uint8Array; headers: Record<string, string> };
    for (const name of Object.keys(headers)) if (/^x-amz-(sdk-)?checksum-/i.test(name)) delete headers[name];
    headers['content-md5'] = createHash('md5')
      .update(body ?? '')
      .digest('base64');
    return next(call);
  };
}
