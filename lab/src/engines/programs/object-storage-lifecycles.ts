/**
 * Keeps the lifecycle of each bucket, because versitygw has none. The proxy answers these calls itself, as the built-in lab does, after it
 * has asked versitygw whether the caller may see the bucket.
 */
import { request as send } from 'undici';
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import { lifecycleCall } from '../../servers/s3/lifecycle.js';
import { split } from '../../servers/s3/object-of.js';
import type { Bucket } from '../../servers/s3/objects.js';
import { authenticate, payloadOf, signS3 } from '../../servers/s3/signature.js';
import { accessDenied, errorResponse, noSuchBucket, S3Error } from '../../servers/s3/xml.js';
import { type KeyRingProxy, throughKeyRing } from './object-storage-keys.js';

type Kept = Pick<Bucket, 'lifecycle'>;

/** Hands every other call to the key ring. */
export function createLifecycles(proxy: KeyRingProxy): (call: LabRequest) => Promise<LabResponse> {
  const kept = new Map<string, Kept>();
  return async (call) => {
    const { name, key } = split(call);
    if (key !== '' || name === '') return throughKeyRing(call, proxy);
    if (call.query.has('lifecycle')) {
      try {
        await mayUse(call, name, proxy);
        const bucket = kept.get(name) ?? {};
        kept.set(name, bucket);
        return lifecycleCall(call, () => payloadOf(call), bucket);
      } catch (error) {
        if (error instanceof S3Error) return errorResponse(error, call.path);
        throw error;
      }
    }
    const answer = await throughKeyRing(call, proxy);
    if (call.method === 'DELETE' && answer.status === 204) kept.delete(name);
    return answer;
  };
}

/** Throws as S3 does when these keys do not count, may only read, or the bucket is not theirs. */
async function mayUse(call: LabRequest, bucket: string, proxy: KeyRingProxy): Promise<void> {
  const { upstream, region, accounts, first, now } = proxy;
  const account = await authenticate(call, accounts, region, now());
  const owner = first.get(account.name);
  if (!owner || (account.readOnly && call.method !== 'GET')) throw accessDenied();
  const url = new URL(`${upstream}/${bucket}`);
  const { headers } = await signS3(
    { method: 'HEAD', url, headers: {}, body: Buffer.alloc(0) },
    { account: owner, region, at: now() },
  );
  const answer = await send(url, { method: 'HEAD', headers });
  await answer.body.dump();
  if (answer.statusCode === 404) throw noSuchBucket();
  if (answer.statusCode !== 200) throw accessDenied();
}
