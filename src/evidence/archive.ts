/**
 * Reads a plain tar of regular files, and nothing else: no links, no devices, no extensions, no compression. Every byte counts: header
 * sums are right, padding is zero, nothing follows the end. Content is hashed elsewhere.
 */
const block = 512;

/** Content by path, without copies of it. Throws an Error that says what is wrong. */
export function readTar(bytes: Buffer): Map<string, Buffer> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new Error('it is compressed, and evidence never is');
  if (bytes.length === 0 || bytes.length % block !== 0) throw new Error('its length is not valid for a tar archive');
  const files = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const header = bytes.subarray(at, at + block);
    if (isZero(header)) {
      if (!isZero(bytes.subarray(at))) throw new Error(`there are bytes after its end (${at})`);
      return files;
    }
    if (octal(header, 148, 8) !== headerSum(header)) throw new Error(`the header at ${at} was changed`);
    const path = pathOf(header);
    const type = header[156]!;
    if (type !== 0 && type !== 0x30) throw new Error(`${path} is not a regular file`);
    if (files.has(path)) throw new Error(`${path} is in it twice`);
    const size = octal(header, 124, 12);
    const end = at + block + size;
    at += block + Math.ceil(size / block) * block;
    // Also a size that is not a number ends here.
    if (!(at <= bytes.length)) throw new Error('it is truncated');
    if (!isZero(bytes.subarray(end, at))) throw new Error(`the padding at ${end} was changed`);
    files.set(path, bytes.subarray(end - size, end));
  }
  throw new Error('it has no end marker');
}

function pathOf(header: Buffer): string {
  const field = (from: number, length: number) => header.toString('utf8', from, from + length).split('\0')[0]!;
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? field(345, 155) : '';
  return prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`;
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

function octal(header: Buffer, from: number, length: number): number {
  const digits = header
    .toString('latin1', from, from + length)
    .split('\0')[0]!
    .trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

/** The sum of all bytes, its own field taken as spaces. */
function headerSum(header: Uint8Array): number {
  return header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}
