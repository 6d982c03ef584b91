/** Which bucket or object a call is about: for the server itself and for the request log. */
import type { LabRequest } from '../../requests/http-server.js';

export function split(request: Pick<LabRequest, 'path'>): { name: string; key: string } {
  const [, name = '', ...rest] = request.path.split('/');
  return { name: decodeURIComponent(name), key: decodeURIComponent(rest.join('/')) };
}

/** `object b/k`, `bucket b`, or nothing for the list of buckets. */
export function bucketOrObject(request: Pick<LabRequest, 'path'>): string | undefined {
  const { name, key } = split(request);
  return key ? `object ${name}/${key}` : name ? `bucket ${name}` : undefined;
}
