/** limit and continue of a list, and the versions it may ask for. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { forbiddenAt } from '../admission/causes.js';
import type { Store } from '../objects/store.js';
import { ApiRefusal, badRequest, invalid } from './status.js';

export interface Page {
  items: KubeObject[];
  /** Of the list: resourceVersion and, when more is left, how to go on. */
  metadata: Record<string, unknown>;
}

interface Token {
  v: string;
  rv: number;
  /** Namespace and name of the last object that was answered. */
  after: string;
}

const version = 'meta.k8s.io/v1';
const placeOf = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`;

/** @throws ApiRefusal 400 for a text that is no number or token, 504 for a version that has not come yet */
export function pageOf(store: Store, objects: KubeObject[], query: URLSearchParams): Page {
  requireVersion(store, query);
  const limit = limitOf(query.get('limit'));
  const token = query.get('continue') ? tokenOf(query.get('continue')!) : undefined;
  const resourceVersion = String(token?.rv ?? store.revision());
  const left = token ? objects.slice(objects.findIndex((object) => placeOf(object) > token.after) >>> 0) : objects;
  if (limit <= 0 || left.length <= limit) return { items: left, metadata: { resourceVersion } };
  const items = left.slice(0, limit);
  const next: Token = { v: version, rv: Number(resourceVersion), after: placeOf(items.at(-1)!) };
  const counted = !query.get('labelSelector') && !query.get('fieldSelector');
  return {
    items,
    metadata: {
      resourceVersion,
      continue: Buffer.from(JSON.stringify(next)).toString('base64url'),
      ...(counted ? { remainingItemCount: left.length - limit } : {}),
    },
  };
}

function limitOf(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function tokenOf(text: string): Token {
  const bytes = Buffer.from(text, 'base64url');
  try {
    const token = JSON.parse(bytes.toString('utf8')) as Token;
    if (token.v === version && typeof token.after === 'string') return token;
  } catch {
    // No JSON: refused below.
  }
  const first = bytes[0] ?? 0;
  const shown =
    first >= 0x20 && first < 0x7f ? String.fromCharCode(first) : `\\u${first.toString(16).padStart(4, '0')}`;
  throw badRequest(
    `invalid continue token: continue key is not valid: invalid character '${shown}' looking for beginning of value`,
  );
}

/** resourceVersionMatch where it must not be, or not be missing. */
export function refusedMatch(why: string) {
  return invalid({ group: 'meta.k8s.io', plural: '', kind: 'ListOptions' }, '', [
    forbiddenAt('resourceVersionMatch', why),
  ]);
}

function requireVersion(store: Store, query: URLSearchParams): void {
  const asked = query.get('resourceVersion') ?? '';
  if (asked === '' && query.get('resourceVersionMatch')) {
    throw refusedMatch('resourceVersionMatch is forbidden unless resourceVersion is provided');
  }
  if (asked === '') return;
  if (!/^\d+$/.test(asked)) {
    const why = `strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`;
    throw badRequest(`invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(asked)}: ${why}`);
  }
  const current = store.revision();
  if (Number(asked) <= current) return;
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  throw new ApiRefusal(504, 'Timeout', message, { causes, retryAfterSeconds: 1 });
}
