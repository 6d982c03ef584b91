/** The sums that a caller gives with a body: held against it, kept with the object, told when asked for. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { LabRequest } from '../../requests/http-server.js';
import { S3Error } from './xml.js';

const hashed = (algorithm: string) => (body: Buffer) => createHash(algorithm).update(body).digest();

function crc32Of(body: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes;
}

/** CRC32C and CRC64NVME, which Node does not compute, are neither checked nor kept. */
const sums: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  'x-amz-checksum-crc32': crc32Of,
  'x-amz-checksum-sha1': hashed('sha1'),
  'x-amz-checksum-sha256': hashed('sha256'),
};

/** The sums that came along, by header. Throws BadDigest, InvalidDigest or InvalidRequest as S3 does. */
export function checkedSums({ headers }: Pick<LabRequest, 'headers'>, body: Buffer): Record<string, string> {
  const given = headers['content-md5'];
  if (given !== undefined) {
    if (Buffer.from(String(given), 'base64').length !== 16)
      throw new S3Error(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.');
    if (hashed('md5')(body).toString('base64') !== given)
      throw new S3Error(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const kept: Record<string, string> = {};
  for (const [name, sumOf] of Object.entries(sums)) {
    const told = headers[name];
    if (told === undefined) continue;
    const sum = sumOf(body);
    if (Buffer.from(String(told), 'base64').length !== sum.length)
      throw new S3Error(400, 'InvalidRequest', `Value for ${name} header is invalid.`);
    kept[name] = sum.toString('base64');
    if (kept[name] !== told)
      throw new S3Error(400, 'BadDigest', `The ${name.slice('x-amz-checksum-'.length)} you specified did not match.`);
  }
  return kept;
}
