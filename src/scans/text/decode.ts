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
/** Also where its lines are indented, or are escapes in a string. */
const pem = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----([^-]+)-----END/g;
/** Between what they separate, and a part of base64 too. */
const separator = /[/+_-]/g;
/** How many separators of one run are tried as such. */
const mostSeparators = 12;

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
  for (const [, body = ''] of text.includes('-----BEGIN') ? text.matchAll(pem) : [])
    add(certificateIn(bytesOf(body.replace(/\\+[nrt]|[^A-Za-z0-9+/=]/g, ''))));
  const whole = text.trim();
  // as base64 -w76 breaks it
  const broken = whole.includes('\n') && /^[A-Za-z0-9+/=\s]+$/.test(whole);
  const joined = broken ? opened(Buffer.from(whole, 'base64'), false, budget) : nothing;
  add(joined);
  if (isSomething(joined)) return found;
  for (const [token] of text.matchAll(run)) add(openedRun(token, budget));
  for (const token of brokenRuns(text)) add(openedRun(token, budget));
  return found;
}

const lineEnd = /(?:\\+[nr]|[\r\n])+[ \t]*/;
const shortestLine = 40;

/** What somebody has broken into lines of one width, amid other lines, indented, or in a string where their ends are escapes. Joined. */
function* brokenRuns(text: string): Generator<string> {
  if (text.length < shortestLine || !/[\n\\]/.test(text)) return;
  const lines = text.split(lineEnd);
  for (let at = 0; at < lines.length - 1; at += 1) {
    const [first = ''] = /[A-Za-z0-9+/_-]*$/.exec(lines[at]!) ?? [];
    if (first.length < shortestLine) continue;
    const isWhole = (line: string | undefined) => line !== undefined && /^[A-Za-z0-9+/_-]+$/.test(line);
    const width = isWhole(lines[at + 1]) && isWhole(lines[at + 2]) ? lines[at + 1]!.length : first.length;
    const parts = [first.slice(-width)];
    for (at += 1; isWhole(lines[at]) && lines[at]!.length === width; at += 1) parts.push(lines[at]!);
    const [last = ''] = /^[A-Za-z0-9+/_-]*={0,2}/.exec(lines[at] ?? '') ?? [];
    if (last.length <= width) parts.push(last);
    yield parts.join('');
  }
}

/** A run as a whole, else the first part of it that says something: in an address or behind a name, base64 has neighbors. */
function openedRun(token: string, budget: Budget): Unwrapped {
  const whole = isPromising(token) ? opened(bytesOf(token), false, budget) : nothing;
  if (isSomething(whole)) return whole;
  for (const part of partsOf(token)) {
    const { left } = budget;
    const inner = opened(bytesOf(part), false, budget);
    if (isSomething(inner)) return inner;
    budget.left = left;
  }
  return nothing;
}

/** From one separator to another one, the longest first; of many, only what begins or ends the run. */
function* partsOf(token: string): Generator<string> {
  const cuts = [...token.matchAll(separator)].map(({ index }) => index);
  const begins = [0, ...cuts.slice(0, mostSeparators).map((at) => at + 1)];
  const ends = [token.length, ...cuts.slice(-mostSeparators).reverse()];
  for (const begin of begins)
    for (const end of ends) {
      if (end - begin < 10 || end - begin === token.length) continue;
      const part = token.slice(begin, end);
      if (isPromising(part) && !hasControls(bytesOf(part.slice(0, 16)))) yield part;
    }
}

const isSomething = ({ texts, certificates }: Unwrapped) => texts.length > 0 || certificates.length > 0;

/** Bytes that no text begins with; what is compressed and a certificate begin with other ones. */
const hasControls = (bytes: Buffer) =>
  ![0x1f, 0x78, 0x30].includes(bytes[0]!) && bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32) || byte === 127);

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
  return { texts: textsOf(bytes, sure), certificates: [] };
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

/** UTF-8, or what a key store has of text between its bytes: without its zeros, which are half of UTF-16, and with the words that they end. */
function textsOf(bytes: Buffer, sure: boolean): string[] {
  const head = bytes.subarray(0, 512);
  const odd = head.filter((byte) => byte < 9 || (byte > 13 && byte < 32) || byte === 127).length;
  if (odd === 0) {
    const text = bytes.toString('utf8');
    if (!text.includes('\ufffd')) return [text];
    if (!sure) return [];
  }
  if (!sure) return [];
  const text = bytes.toString('latin1');
  return text.includes('\0') ? [text.replaceAll('\0', ''), text.replaceAll('\0', ' ')] : [text];
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
