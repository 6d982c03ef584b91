/** Every byte of a plain tar counts: header sums hold, padding is zero, nothing follows the end. Content is hashed elsewhere. */
const block = 512;

/** Why the archive is not whole, or undefined. */
export function tarProblem(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0 || bytes.length % block !== 0) return 'its length is not that of a tar';
  for (let at = 0; at < bytes.length; ) {
    const header = bytes.subarray(at, at + block);
    if (isZero(header)) return isZero(bytes.subarray(at)) ? undefined : `there are bytes behind its end (${at})`;
    if (octal(header, 148, 8) !== headerSum(header)) return `the header at ${at} was changed`;
    const size = octal(header, 124, 12);
    const end = at + block + size;
    at += block + Math.ceil(size / block) * block;
    if (at > bytes.length) return 'it was cut';
    if (!isZero(bytes.subarray(end, at))) return `the padding at ${end} was changed`;
  }
  return 'it has no end';
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

function octal(header: Uint8Array, from: number, length: number): number {
  const digits = Buffer.from(header.subarray(from, from + length))
    .toString('latin1')
    .split('\0')[0]!
    .trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

/** The sum of all bytes, its own field taken as spaces. */
function headerSum(header: Uint8Array): number {
  return header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}
