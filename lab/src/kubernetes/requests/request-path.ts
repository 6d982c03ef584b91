/** What a request is about, read from its path. */

import type { Attributes } from '../admission/rbac.js';
import { apiVersionOf, type Kind, type KindRegistry } from '../kinds/kinds.js';

export interface ResourcePath {
  kind: Kind;
  namespace?: string;
  name: string;
  /** `status`, `scale`, `log`, …; `` when the object itself is meant. */
  subresource: string;
  /** What follows the subresource (`proxy/<rest>`), with its leading slash. */
  rest: string;
}

/** Undefined when the path is of no resource that is served. */
export function parseResourcePath(path: string, kinds: KindRegistry): ResourcePath | undefined {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  if (parts.at(-1) === '') parts.pop();
  const root = parts.shift();
  const group = root === 'apis' ? parts.shift() : root === 'api' ? '' : undefined;
  const version = parts.shift();
  if (group === undefined || version === undefined || parts.length === 0) return undefined;
  let namespace: string | undefined;
  if (parts[0] === 'namespaces' && parts.length > 2 && !(parts.length === 3 && parts[2] === 'status')) {
    namespace = parts[1];
    parts.splice(0, 2);
  }
  const [plural = '', name = '', subresource = '', ...rest] = parts;
  const kind = kinds.byPlural(group, version, plural);
  if (!kind || (namespace !== undefined && !kind.namespaced)) return undefined;
  return {
    kind,
    namespace,
    name,
    subresource,
    rest: rest.length > 0 ? `/${rest.join('/')}` : path.endsWith('/') ? '/' : '',
  };
}

/** The verb that authorization and audit see. */
export function verbOf(method: string, path: ResourcePath, query: URLSearchParams): string {
  const watching = ['1', 'true'].includes(query.get('watch') ?? '');
  if (method === 'GET' || method === 'HEAD') return path.name ? 'get' : watching ? 'watch' : 'list';
  if (method === 'POST') return 'create';
  if (method === 'PUT') return 'update';
  if (method === 'PATCH') return 'patch';
  return path.name ? 'delete' : 'deletecollection';
}

export function attributesOf(verb: string, { kind, namespace, name, subresource }: ResourcePath): Attributes {
  // A request for one Namespace counts as made in that Namespace, as the real server has it.
  const own = kind.group === '' && kind.kind === 'Namespace' && name ? name : namespace;
  return { verb, group: kind.group, resource: kind.plural, subresource, namespace: own, name };
}

/** `cannot list resource "pods" in API group "" in the namespace "x"`, as a 403 words it. */
export function cannotText(user: string, { verb, group, resource, subresource, namespace, path }: Attributes): string {
  if (path !== undefined) return `User "${user}" cannot ${verb} path "${path}"`;
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? ` in the namespace "${namespace}"` : ' at the cluster scope';
  return `User "${user}" cannot ${verb} resource "${what}" in API group "${group ?? ''}"${where}`;
}

/** `Deployment/shop/web` for the request log. */
export function objectText({ kind, namespace, name }: ResourcePath, named = name): string {
  return [kind.kind, namespace, named].filter(Boolean).join('/');
}

export const listKindOf = (kind: Kind) => ({ kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind) });
