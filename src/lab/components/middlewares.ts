/** What a Middleware does to a request: a redirect ends it, a prefix is cut, everything else passes. */
import type { KubeObject } from '../../tools/kube.js';
import type { LabRequest, LabResponse } from '../http-server.js';
import { text } from './component.js';

/** The answer of a Middleware that ends the request, or the request as it goes on. */
export function through(
  middlewares: readonly KubeObject[],
  request: LabRequest,
  asked: { host: string; secure: boolean },
): { response: LabResponse } | { request: LabRequest } {
  let current = request;
  for (const { spec } of middlewares) {
    const query = current.query.size > 0 ? `?${current.query}` : '';
    const url = `${asked.secure ? 'https' : 'http'}://${asked.host}${current.path}${query}`;
    if (spec.redirectRegex) {
      const pattern = new RegExp(spec.redirectRegex.regex);
      const target = url.replace(pattern, spec.redirectRegex.replacement.replace(/\$\{(\w+)\}/g, '$$$1'));
      if (pattern.test(url) && target !== url)
        return { response: redirect(target, spec.redirectRegex.permanent, request) };
    }
    if (spec.redirectScheme && (spec.redirectScheme.scheme === 'https') !== asked.secure) {
      const target = url.replace(/^https?/, spec.redirectScheme.scheme);
      return { response: redirect(target, spec.redirectScheme.permanent, request) };
    }
    const prefix = ((spec.stripPrefix?.prefixes ?? []) as string[]).find((one) => current.path.startsWith(one));
    if (prefix)
      current = {
        ...current,
        path: current.path.slice(prefix.length) || '/',
        headers: { ...current.headers, 'x-forwarded-prefix': prefix },
      };
    if (spec.addPrefix) current = { ...current, path: spec.addPrefix.prefix + current.path };
    if (spec.replacePath) current = { ...current, path: spec.replacePath.path };
    if (spec.replacePathRegex)
      current = {
        ...current,
        path: current.path.replace(
          new RegExp(spec.replacePathRegex.regex),
          spec.replacePathRegex.replacement.replace(/\$\{(\w+)\}/g, '$$$1'),
        ),
      };
  }
  return { request: current };
}

// Traefik answers 302/301 to GET and 307/308 to what has a body
function redirect(location: string, permanent: boolean | undefined, request: LabRequest): LabResponse {
  const plain = request.method === 'GET' || request.method === 'HEAD';
  const status = permanent ? (plain ? 301 : 308) : plain ? 302 : 307;
  return text(status, status === 301 ? 'Moved Permanently' : 'Found', { location });
}
