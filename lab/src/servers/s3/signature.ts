/** Checks AWS Signature V4 in the Authorization header, and undoes the aws-chunked coding of bodies. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { sha256 } from 'catalyst/support/hash.js';
import type { LabRequest } from '../../requests/http-server.js';
import { checkedSums } from './checksums.js';
import { S3Error } from './xml.js';

export interface Account {
  accessKey: string;
  secretKey: string;
  /** Who owns the buckets that this key makes. */
  name: string;
  /** Lists and reads only. */
  readOnly?: boolean;
}

/** SHA-256 in the form that the signer takes: plain, or keyed as HMAC. */
class Sha256 {
  private readonly hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Uint8Array);
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(data as string | Uint8Array);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }
  reset(): void {
    throw new Error('a hash of the signer is used once');
  }
}

const maxSkewMs = 15 * 60_000;
const form =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/;

/** Of whoever says that he signed it; undefined when the header is none or malformed. */
export const accessKeyOf = ({ headers }: LabRequest): string | undefined => form.exec(headers.authorization ?? '')?.[1];

/** The account that signed the request. Throws the S3Error a real server would answer. */
export async function authenticate(
  request: LabRequest,
  accounts: readonly Account[],
  region: string,
  now: Date,
): Promise<Account> {
  const header = request.headers.authorization;
  if (!header) throw new S3Error(403, 'AccessDenied', 'Access Denied.');
  const match = form.exec(header);
  if (!match) throw new S3Error(400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed.');
  const [, accessKey, day, scope, service, signedHeaders, signature] = match as unknown as string[];
  const account = accounts.find((one) => one.accessKey === accessKey);
  if (!account)
    throw new S3Error(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  if (scope !== region)
    throw new S3Error(400, 'AuthorizationHeaderMalformed', `The region '${scope}' is wrong; expecting '${region}'.`);

  const stamp = String(request.headers['x-amz-date'] ?? '');
  const date = parseStamp(stamp);
  if (!date || !stamp.startsWith(day!)) throw new S3Error(403, 'AccessDenied', 'A valid x-amz-date header is needed.');
  if (Math.abs(date.getTime() - now.getTime()) > maxSkewMs)
    throw new S3Error(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );

  const names = signedHeaders!.split(';');
  const signer = new SignatureV4({
    service: service!,
    region,
    credentials: { accessKeyId: account.accessKey, secretAccessKey: account.secretKey },
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: '',
      path: request.path,
      query: queryOf(request),
      headers: {
        ...Object.fromEntries(names.map((name) => [name, String(request.headers[name] ?? '')])),
        // read for the hash of the payload even where it was not signed
        'x-amz-content-sha256': String(request.headers['x-amz-content-sha256'] ?? sha256(request.body)),
      },
    },
    {
      signingDate: date,
      signableHeaders: new Set(names),
      unsignableHeaders: new Set(names.includes('x-amz-content-sha256') ? [] : ['x-amz-content-sha256']),
    },
  );
  const expected = form.exec(signed.headers['authorization'] ?? '')?.[6] ?? '';
  if (expected.length !== 64 || !timingSafeEqual(Buffer.from(expected), Buffer.from(signature!)))
    throw new S3Error(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    );
  return account;
}

/**
 * The body as it was meant: aws-chunked undone, its hash compared with what was signed. A gateway of Ceph before trailers (ceph #54856)
 * takes their mark for the hash itself, and answers as Hetzner's did (terraform-provider-hcloud #1114).
 */
export function payloadOf(request: LabRequest, { takesTrailers = true } = {}): Buffer {
  const sent = String(request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD');
  if (sent.endsWith('-TRAILER') && !takesTrailers) throw new S3Error(400, 'XAmzContentSHA256Mismatch', 'UnknownError');
  if (sent.startsWith('STREAMING-')) {
    const { body, trailers } = decodeChunks(request.body);
    checkedSums({ headers: { ...request.headers, ...trailers } }, body);
    return body;
  }
  if (/^[0-9a-f]{64}$/.test(sent) && sha256(request.body) !== sent)
    throw new S3Error(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  checkedSums(request, request.body);
  return request.body;
}

/** `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n … 0\r\n trailers` → bytes and trailers. */
function decodeChunks(body: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end < 0 ? at : end).split(';')[0]!, 16);
    if (end < 0 || Number.isNaN(size) || end + 2 + size > body.length)
      throw new S3Error(400, 'IncompleteBody', 'The chunked body is incomplete.');
    if (size === 0) {
      const lines = body.toString('latin1', end + 2).split('\r\n');
      const trailers = lines.flatMap((line) => (line.includes(':') ? [line.split(/:(.*)/s) as [string, string]] : []));
      return {
        body: Buffer.concat(parts),
        trailers: Object.fromEntries(trailers.map(([name, value]) => [name.toLowerCase(), value.trim()])),
      };
    }
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function queryOf(request: LabRequest): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(request.query.keys())) {
    const values = request.query.getAll(name);
    query[name] = values.length === 1 ? values[0]! : values;
  }
  return query;
}

function parseStamp(stamp: string): Date | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(stamp);
  if (!match) return undefined;
  const [y, mo, d, h, mi, s] = match.slice(1).map(Number) as [number, number, number, number, number, number];
  return new Date(Date.UTC(y, mo - 1, d, h, mi, s));
}

export interface UnsignedCall {
  method: string;
  url: URL;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
}

/** The headers that a caller of S3 sends: Host, date and hash of the body among them, all signed. */
export async function signS3(
  { method, url, headers = {}, body = '' }: UnsignedCall,
  by: { account: Pick<Account, 'accessKey' | 'secretKey'>; region: string; at: Date },
): Promise<{ headers: Record<string, string> }> {
  const signer = new SignatureV4({
    service: 's3',
    region: by.region,
    credentials: { accessKeyId: by.account.accessKey, secretAccessKey: by.account.secretKey },
    sha256: Sha256,
    uriEscapePath: false,
  });
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, 'x-amz-content-sha256': sha256(body), ...headers },
      body,
    },
    { signingDate: by.at },
  );
  return { headers: signed.headers };
}
