/** Every kind that the mother's API can list, by discovery; asked once per connection. */
import pLimit from 'p-limit';
import type { Kube } from '../../kubernetes/client/kube.js';
import { fail } from '../../support/errors/errors.js';
import { measurementGroups } from '../fingerprint/ordinary-changes.js';

export interface ListableKind {
  apiVersion: string;
  kind: string;
  namespaced: boolean;
  /** Its status is written apart, so that `metadata.generation` counts changes of the spec alone. */
  hasStatus: boolean;
}

interface Resource {
  name: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
}

const known = new WeakMap<Kube, Promise<ListableKind[]>>();

/** Throws E5002 when a group cannot be read: a kind that was not seen cannot be compared. */
export function listableKinds(kube: Kube): Promise<ListableKind[]> {
  const cached = known.get(kube);
  if (cached) return cached;
  const asked = discover(kube);
  known.set(kube, asked);
  asked.catch(() => known.delete(kube));
  return asked;
}

async function discover(kube: Kube): Promise<ListableKind[]> {
  const { groups = [] } = (await read(kube, '/apis')) as {
    groups?: { name: string; preferredVersion: { groupVersion: string }; versions: { groupVersion: string }[] }[];
  };
  const versions = groups
    .filter(({ name }) => !measurementGroups.includes(name))
    .flatMap((group) => [group.preferredVersion, ...group.versions].map(({ groupVersion }) => groupVersion));
  const limit = pLimit(8);
  const lists = await Promise.all(
    [...new Set(['v1', ...versions])].map((apiVersion) => limit(() => kindsOf(kube, apiVersion))),
  );
  const found = new Map<string, ListableKind>();
  // the preferred version of a group comes first
  for (const kind of lists.flat()) {
    const key = `${kind.apiVersion.split('/').slice(0, -1).join('/')} ${kind.kind}`;
    if (!found.has(key)) found.set(key, kind);
  }
  return [...found.values()];
}

async function kindsOf(kube: Kube, apiVersion: string): Promise<ListableKind[]> {
  const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources = [] } = (await read(kube, path)) as { resources?: Resource[] };
  const names = new Set(resources.map(({ name }) => name));
  return resources
    .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list'))
    .map(({ name, kind, namespaced }) => ({ apiVersion, kind, namespaced, hasStatus: names.has(`${name}/status`) }));
}

async function read(kube: Kube, path: string): Promise<object> {
  const { status, body } = await kube.raw(path);
  if (status === 200) return JSON.parse(body) as object;
  throw fail(
    'E5002',
    `The kinds of the mother cluster (${kube.server}) cannot be read: GET ${path} answers ${status}.`,
    {
      actions: ['kubectl get apiservices', 'repair or remove the API service that does not answer'],
    },
  );
}
