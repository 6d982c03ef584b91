/** A text as names in it are compared: lower case, escapes and full-width forms resolved. Pure. */
import { domainToASCII } from 'node:url';

const escapes: readonly [RegExp, (match: string, inner: string) => string][] = [
  [/\\+u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))],
  [/\\+x([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))],
  [/\\+([ntr])/g, () => ' '],
  // of a regular expression, of JSON, of one in the other
  [/\\+([./:@"'-])/g, (_, character) => character],
];

/** Bytes that are no UTF-8 are left as they stand. */
const percent = (text: string) =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });

/** What a resolver makes of a name in another script: full stops of other scripts, invisible characters, punycode. */
function ascii(text: string): string {
  const folded = text
    .normalize('NFKC')
    .replace(/[\u3002\uff0e\uff61]/g, '.')
    .replace(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, '');
  return folded.replace(
    /[\p{L}\p{N}\p{M}_-]*[^\p{ASCII}\s]+[\p{L}\p{N}\p{M}._-]*/gu,
    (name) => domainToASCII(name) || name,
  );
}

export function normalized(text: string): string {
  let plain = text;
  if (plain.includes('%')) plain = percent(plain);
  if (plain.includes('\\')) for (const [pattern, by] of escapes) plain = plain.replace(pattern, by);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  if (/[^\x00-\x7f]/.test(plain)) plain = ascii(plain);
  return plain.toLowerCase();
}
