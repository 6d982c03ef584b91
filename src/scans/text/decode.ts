/** What is wrapped inside a value: base64, gzip and deflate, certificates; in any order, several times over. Pure. */
import { X509Certificate } from 'node:crypto';
import { gunzipSync, inflateSync } from 'node:zlib';

/** How many wrappings are opened; more is nothing that a cluster's own tools make. */
export const deepest = 6;
const largest = 32 * 1024 * 1024;

/** A value that unpacks to more than can be looked at: it is not taken for empty. */
export class TooMuch extends Error {}

/** What one object may unpack to, all of it together. */
export interface Budget {
  left: number;
}
export const newBudget = (): Budget => ({ left: largest });

export interface Unwrapped {
  /** Texts found inside. */
  texts: string[];
  /** SHA-256 fingerprints of the certificates found inside, lower-case hex without colons. */
  certificates: string[];
}

const nothing: Unwrapped = { texts: [], certificates: [] };

/** Looks like base64 that says something: letters of both cases, or padding. Ordinary words and names do not. */
const run = /[A-Za-z0-9+/_-]{10,}={0,2}/g;
const pem = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END/g;

export const fingerprintOf = (certificate: X509Certificate) =>
  certificate.fingerprint256.replaceAll(':', '').toLowerCase();

/** @param known the whole text is known to be base64, as the data of a Secret */
export function unwrap(text: string, known: boolean, budget: Budget): Unwrapped {
  const found: Unwrapped = { texts: [], certificates: [] };
  const add = ({ texts, certificates }: Unwrapped) => {
    found.texts.push(...texts);
    found.certificates.push(...certificates);
  };
  if (known) return opened(Buffer.from(text, 'base64'), true, budget);
  if (text.length < 12) return found;
  for (const [block] of text.includes('-----BEGIN') ? text.matchAll(pem) : [])
    add(certificateIn(`${block} CERTIFICATE-----`));
  const whole = text.trim();
  // as base64 -w76 breaks it
  if (whole.includes('\n') && /^[A-Za-z0-9+/=\s]+$/.test(whole))
    add(opened(Buffer.from(whole, 'base64'), false, budget));
  else for (const [token] of text.matchAll(run)) if (isPromising(token)) add(opened(bytesOf(token), false, budget));
  return found;
}

/** A shape of base64: length, and letters of both cases. */
function isPromising(token: string): boolean {
  const { length } = token.replace(/=+$/, '');
  return length % 4 !== 1 && length >= 10 && /[A-Z]/.test(token) && /[a-z]/.test(token);
}

const bytesOf = (token: string) => Buffer.from(token, 'base64');

/** @param sure it is content, whatever it looks like; else only what reads as text counts */
function opened(bytes: Buffer, sure: boolean, budget: Budget): Unwrapped {
  if (bytes.length === 0) return nothing;
  budget.left -= bytes.length;
  if (budget.left < 0) throw new TooMuch(`it unpacks to more than ${largest / 1024 / 1024} MiB`);
  const [first, second] = bytes;
  const unpack =
    first === 0x1f && second === 0x8b
      ? gunzipSync
      : first === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(second!)
        ? inflateSync
        : undefined;
  if (unpack) {
    const inner = unpacked(bytes, unpack, budget);
    if (inner) return opened(inner, true, budget);
  }
  if (first === 0x30 && second! >= 0x80) {
    const certificate = certificateIn(bytes);
    if (certificate.certificates.length > 0) return certificate;
  }
  const text = textOf(bytes, sure);
  return text === undefined ? nothing : { texts: [text], certificates: [] };
}

function unpacked(bytes: Buffer, unpack: typeof gunzipSync, budget: Budget): Buffer | undefined {
  try {
    return unpack(bytes, { maxOutputLength: Math.max(1, budget.left) });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new TooMuch(`it unpacks to more than ${largest / 1024 / 1024} MiB`);
    return undefined;
  }
}

/** UTF-8, or what a key store has of text between its bytes. */
function textOf(bytes: Buffer, sure: boolean): string | undefined {
  const head = bytes.subarray(0, 512);
  const odd = head.filter((byte) => byte < 9 || (byte > 13 && byte < 32) || byte === 127).length;
  if (odd === 0) {
    const text = bytes.toString('utf8');
    if (!text.includes('\ufffd')) return text;
    if (!sure) return undefined;
  }
  return sure ? bytes.toString('latin1').replaceAll('\0', '') : undefined;
}

/** Its names, and its fingerprint. */
function certificateIn(source: string | Buffer): Unwrapped {
  try {
    const certificate = new X509Certificate(source);
    const { subject, issuer, subjectAltName, infoAccess } = certificate;
    const names = [subject, issuer, subjectAltName, infoAccess].filter(Boolean).join('\n');
    return { texts: [names], certificates: [fingerprintOf(certificate)] };
  } catch {
    return nothing;
  }
}
