/** S3 speaks XML: a small writer for answers, a reader for the three bodies that callers send, and its errors. */
import type { LabResponse } from '../../requests/http-server.js';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
const escapeXml = (text: string) => text.replace(/[&<>"']/g, (char) => escapes[char]!);
const unescapeXml = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|apos|#x?[0-9a-f]+);/gi, (whole, name: string) => {
    if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    return Object.entries(escapes).find(([, entity]) => entity === `&${name};`)?.[0] ?? whole;
  });

export type XmlValue = string | number | boolean | XmlNode | readonly XmlNode[] | undefined;
/** Element names to values; an array repeats the element. */
export interface XmlNode {
  [name: string]: XmlValue;
}

function write(node: XmlNode): string {
  return Object.entries(node)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? (value as readonly XmlNode[]) : [value as XmlValue]).map((one) => {
        if (one === undefined) return '';
        const inner = typeof one === 'object' ? write(one as XmlNode) : escapeXml(String(one));
        return `<${name}>${inner}</${name}>`;
      }),
    )
    .join('');
}

export function xml(root: string, node: XmlNode, status = 200): LabResponse {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${write(node)}</${root}>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

/** Texts of every element of that name, in order. */
export function textsOf(body: string, name: string): string[] {
  return [...body.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map((match) =>
    unescapeXml(match[1]!),
  );
}

/** Raw inner XML of every element of that name, to be read further. */
export function elementsOf(body: string, name: string): string[] {
  return [...body.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map((match) => match[1]!);
}

export class S3Error extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function errorResponse(error: S3Error, resource: string): LabResponse {
  const node = { Code: error.code, Message: error.message, Resource: resource, RequestId: 'lab' };
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${write(node)}</Error>`;
  return { status: error.status, headers: { 'content-type': 'application/xml' }, body };
}

export const noSuchBucket = () => new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist.');
export const noSuchKey = () => new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
export const accessDenied = () => new S3Error(403, 'AccessDenied', 'Access Denied.');
