/**
 * Key pairs beyond an owner's first one, which Hetzner's Console makes and versitygw does not have: whoever signs with such a
 * pair, or with one that was revoked, is judged at the proxy as the built-in lab does it, and speaks as the owner from there on.
 */
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import { type Account, accessKeyOf, authenticate, payloadOf, signS3 } from '../../servers/s3/signature.js';
import { accessDenied, errorResponse, S3Error } from '../../servers/s3/xml.js';
import { passOn } from '../forwarder.js';

export interface KeyRingProxy {
  upstream: string;
  region: string;
  /** Pairs that count now. */
  accounts: readonly Account[];
  /** By owner: the pair that the server itself knows. */
  first: ReadonlyMap<string, Account>;
  now: () => Date;
}

export async function throughKeyRing(call: LabRequest, proxy: KeyRingProxy): Promise<LabResponse> {
  const { upstream, region, accounts, first, now } = proxy;
  const accessKey = accessKeyOf(call);
  const known = accounts.find((account) => account.accessKey === accessKey);
  const isFirst = [...first.values()].some((account) => account.accessKey === accessKey);
  // the server judges the pairs that it has, and what is no pair at all
  if (isFirst === (known !== undefined)) return passOn(call, upstream);
  try {
    const account = await authenticate(call, accounts, region, now());
    if (account.readOnly && !['GET', 'HEAD'].includes(call.method)) throw accessDenied();
    const owner = first.get(account.name);
    if (!owner) throw accessDenied();
    const url = new URL(`${upstream}${call.raw.url}`);
    const body = payloadOf(call);
    const { headers } = await signS3(
      { method: call.method, url, headers: ofTheCall(call), body },
      { account: owner, region, at: now() },
    );
    return await passOn({ ...call, headers, body }, upstream, { host: url.host });
  } catch (error) {
    if (error instanceof S3Error) return errorResponse(error, call.path);
    throw error;
  }
}

/** Headers that say what is wanted; those of the signature, the coding and the connection are made anew. */
function ofTheCall({ headers }: LabRequest): Record<string, string> {
  const about = /^(content-(type|md5|encoding|disposition|language)|cache-control|range|if-.+|x-amz-.+)$/;
  const anew = /^x-amz-(date|content-sha256|decoded-content-length|trailer|sdk-checksum-algorithm)$/;
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      about.test(name) && !anew.test(name) && value !== 'aws-chunked' ? [[name, String(value)]] : [],
    ),
  );
}
