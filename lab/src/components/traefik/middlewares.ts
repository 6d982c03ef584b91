/** What a Middleware does to a request: a redirect ends it, a prefix is cut, everything else passes. */
import { STATUS_CODES } from 'node:http';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { LabRequest, LabResponse } from '../../requests/http-server.js';

/** The answer of a Middleware that ends the request, or the request as it goes on. `host` is what the caller asked for, with its port. */
export function through(
  middlewares: readonly KubeObject[],
  request: LabRequest,
  asked: { host: string; secure: boolean },
  secretOf: (namespace: string | undefined, name: string) => KubeObject | undefined = () => undefined,
): { response: LabResponse } | { request: LabRequest } {
  let current = request;
  for (const { metadata, spec } of middlewares) {
    if (spec.basicAuth && !admits(secretOf(metadata.namespace, spec.basicAuth.secret), current))
      return { response: unauthorized(spec.basicAuth.realm) };
    const query = current.query.size > 0 ? `?${current.query}` : '';
    const url = `${asked.secure ? 'https' : 'http'}://${asked.host}${current.path}${query}`;
    if (spec.redirectRegex) {
      const { regex, replacement, permanent } = spec.redirectRegex;
      const target = url.replace(new RegExp(regex, 'g'), groups(replacement));
      if (new RegExp(regex).test(url) && target !== url) return { response: redirect(target, permanent, request) };
    }
    if (spec.redirectScheme) {
      const { scheme, port, permanent } = spec.redirectScheme;
      const target = withScheme(scheme, port, { ...asked, path: `${current.path}${query}` });
      if (target) return { response: redirect(target, permanent, request) };
    }
    const prefix = ((spec.stripPrefix?.prefixes ?? []) as string[]).find((one) => current.path.startsWith(one));
    if (prefix) {
      const left = current.path.slice(prefix.length);
      const path = left === '' || left.startsWith('/') ? left : `/${left}`;
      current = { ...current, path, headers: { ...current.headers, 'x-forwarded-prefix': prefix } };
    }
    if (spec.addPrefix) current = { ...current, path: spec.addPrefix.prefix + current.path };
    if (spec.replacePath) current = replaced(current, spec.replacePath.path);
    if (spec.replacePathRegex) {
      const { regex, replacement } = spec.replacePathRegex;
      if (new RegExp(regex).test(current.path))
        current = replaced(current, current.path.replace(new RegExp(regex, 'g'), groups(replacement)));
    }
  }
  return { request: { ...current, path: current.path || '/' } };
}

/** A Secret of type `kubernetes.io/basic-auth`, which Traefik 3.3 takes beside `users` with hashes (crd/kubernetes.go, loadBasicAuthCredentials). */
function admits(secret: KubeObject | undefined, { headers }: LabRequest): boolean {
  const text = (key: string) => Buffer.from(String(secret?.data?.[key] ?? ''), 'base64').toString();
  const wanted = `Basic ${Buffer.from(`${text('username')}:${text('password')}`).toString('base64')}`;
  return secret !== undefined && headers.authorization === wanted;
}

/** middlewares/auth/basic_auth.go of Traefik 3.3: its default realm is its own name. */
const unauthorized = (realm = 'traefik'): LabResponse => ({
  status: 401,
  headers: { 'content-type': 'text/plain', 'www-authenticate': `Basic realm="${realm}"` },
  body: '401 Unauthorized\n',
});

const replaced = (request: LabRequest, path: string): LabRequest => ({
  ...request,
  path,
  headers: { ...request.headers, 'x-replaced-path': request.path },
});

/** `${1}` as JavaScript writes it. */
const groups = (replacement: string) =>
  replacement.replace(/\$\{(\w+)\}/g, (_, name) => (/^\d+$/.test(name) ? `$${name}` : `$<${name}>`));

/** The same address by another scheme; undefined when it is that one already. The port of the caller is left out. */
export function withScheme(
  scheme: string,
  port: string | undefined,
  asked: { host: string; secure: boolean; path: string },
): string | undefined {
  const usual = { http: '80', https: '443' }[scheme];
  const host = asked.host.replace(/:\d+$/, '');
  const target = `${scheme}://${host}${port && port !== usual ? `:${port}` : ''}${asked.path}`;
  const own = asked.secure ? 'https' : 'http';
  const at = asked.host.replace(asked.secure ? /:443$/ : /:80$/, '');
  return target === `${own}://${at}${asked.path}` ? undefined : target;
}

/** Traefik answers 302 or 301 to GET and 307 or 308 to all else, which keeps its method. */
export function redirect(location: string, permanent: boolean | undefined, request: LabRequest): LabResponse {
  const plain = request.method === 'GET';
  const status = permanent ? (plain ? 301 : 308) : plain ? 302 : 307;
  return { status, headers: { location }, body: STATUS_CODES[status]! };
}
