/**
 * Pages of the protected hosts as they are compared. Before the first write each is read twice: what differs between the two
 * readings (a nonce, a time) is masked in both and reported, so that everything else counts.
 */
import { messageOf } from '../../support/errors/errors.js';
import { hashOf, sha256 } from '../../support/hash.js';
import type { Http, HttpAnswer } from '../../tools/http/http.js';

/** Places by token: one by one where both readings have the same number of tokens, else what lies between head and tail. */
export type PageMask = { tokens: number; at: number[] } | { head: number; tail: number };

export interface PagePrint {
  url: string;
  status: number;
  location?: string;
  /** Of the body without what is masked. */
  bodyHash: string;
  mask?: PageMask;
  /** Issuer and names of the certificate that was shown; a renewal changes neither. */
  certificate?: string;
  error?: string;
}

const timeoutMs = 15_000;
const tokensOf = (text: string) => text.match(/[\p{L}\p{N}_+/=-]+|[^\p{L}\p{N}_+/=-]+/gu) ?? [];

/** What differs between two readings; undefined when nothing does. */
export function maskOf(one: string, other: string): PageMask | undefined {
  if (one === other) return undefined;
  const [a, b] = [tokensOf(one), tokensOf(other)];
  if (a.length === b.length)
    return { tokens: a.length, at: a.flatMap((token, index) => (token === b[index] ? [] : [index])) };
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  return { head, tail };
}

/** The body with masked places blank. */
export function masked(text: string, mask: PageMask | undefined): string {
  if (!mask) return text;
  const tokens = tokensOf(text);
  if ('tokens' in mask) {
    if (tokens.length !== mask.tokens) return text;
    for (const index of mask.at) tokens[index] = '\0';
    return tokens.join('');
  }
  if (tokens.length < mask.head + mask.tail) return text;
  return [...tokens.slice(0, mask.head), '\0', ...tokens.slice(tokens.length - mask.tail)].join('');
}

/** Reads a page twice, for the state before the first write. */
export async function printPageTwice(http: Http, url: string): Promise<PagePrint> {
  const first = await read(http, url);
  if ('error' in first) return first;
  const second = await read(http, url);
  if ('error' in second) return second;
  return print(url, second, maskOf(first.text, second.text));
}

/** Reads it once, with the mask of the state before. */
export async function printPage(http: Http, url: string, mask?: PageMask): Promise<PagePrint> {
  const answer = await read(http, url);
  return 'error' in answer ? answer : print(url, answer, mask);
}

async function read(http: Http, url: string): Promise<HttpAnswer | (PagePrint & { error: string })> {
  try {
    return await http({ url, timeoutMs, again: true });
  } catch (error) {
    return { url, status: 0, bodyHash: '', error: messageOf(error) };
  }
}

function print(url: string, { status, headers, text, certificate }: HttpAnswer, mask?: PageMask): PagePrint {
  const shown = certificate && hashOf([certificate.issuer.replace(/CN=[^,\n]*/, ''), [...certificate.sans].sort()]);
  return {
    url,
    status,
    ...(headers.location === undefined ? {} : { location: headers.location }),
    bodyHash: sha256(masked(text, mask)).slice(0, 16),
    ...(mask ? { mask } : {}),
    ...(shown ? { certificate: shown.slice(0, 16) } : {}),
  };
}
