/** If-Match, If-None-Match, If-(Un)modified-Since: whether a call is to be carried out at all. */
import type { LabRequest } from '../../requests/http-server.js';
import type { StoredObject } from './objects.js';
import { noSuchKey, S3Error } from './xml.js';

const notSo = () =>
  new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold.');

const tagsIn = (header: string) => header.split(',').map((tag) => tag.trim().replace(/^"|"$/g, ''));
const names = (header: string, object: StoredObject) => header.trim() === '*' || tagsIn(header).includes(object.etag);

/** For a read: true when the caller has it already (304). Throws 412. */
export function isNotModified({ headers }: LabRequest, object: StoredObject): boolean {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  // what the headers say of a time holds whole seconds
  const modified = Math.floor(object.modified.getTime() / 1000) * 1000;
  const since = (header: string | undefined) => (header ? Date.parse(header) : Number.NaN);
  if (match !== undefined) {
    if (!names(match, object)) throw notSo();
  } else if (modified > since(headers['if-unmodified-since'])) throw notSo();
  if (noneMatch !== undefined) return names(noneMatch, object);
  return modified <= since(headers['if-modified-since']);
}

/** For a write over `object`, or over nothing. Throws 412, or 404 where something named was expected. */
export function mayWrite({ headers }: LabRequest, object: StoredObject | undefined): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match !== undefined) {
    if (!object) throw noSuchKey();
    if (!names(match, object)) throw notSo();
  }
  if (noneMatch !== undefined && object && names(noneMatch, object)) throw notSo();
}
