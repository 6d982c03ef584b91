/** Which kinds a cluster has objects of, as its own discovery says; a group that does not answer is said, never left out. */
import pLimit from 'p-limit';
import type { Kube } from '../../kubernetes/client/kube.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { messageOf } from '../../support/errors/errors.js';

export interface ServedKind {
  apiVersion: string;
  kind: string;
  /** `deployments` */
  plural: string;
  namespaced: boolean;
}

export interface Discovered {
  kinds: ServedKind[];
  /** Names of its API groups, and `<plural>.<group>` of everything it serves. */
  groups: Set<string>;
  resources: Set<string>;
  /** Groups and versions that it announces and could not tell of. */
  unread: { apiVersion: string; why: string }[];
}

/** Answers of a moment: measurements, and what happened. Neither refers to anything. */
const momentary = new Set(['metrics.k8s.io', 'custom.metrics.k8s.io', 'external.metrics.k8s.io']);

const pathOf = (apiVersion: string) => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

/** Throws E3101 or E3102 when the cluster does not say which groups there are. */
export async function discoverKinds(kube: Kube): Promise<Discovered> {
  const { groups = [] } = (await read(kube, '/apis')) as {
    groups?: { name: string; preferredVersion?: { groupVersion: string }; versions?: { groupVersion: string }[] }[];
  };
  const asked = groups
    .filter(({ name }) => !momentary.has(name))
    .flatMap(({ preferredVersion, versions = [] }) =>
      [...(preferredVersion ? [preferredVersion] : []), ...versions].map(({ groupVersion }) => groupVersion),
    );
  const found: Discovered = {
    kinds: [],
    groups: new Set(groups.map(({ name }) => name)),
    resources: new Set(),
    unread: [],
  };
  const limit = pLimit(8);
  const lists = await Promise.all(
    [...new Set(['v1', ...asked])].map((apiVersion) => limit(() => kindsOf(kube, apiVersion, found))),
  );
  // the preferred version of a group comes first; a kind that only another version has is looked at in that one
  const seen = new Set<string>();
  for (const kind of lists.flat()) {
    const key = `${kind.apiVersion.split('/').slice(0, -1).join('/')} ${kind.plural}`;
    if (!seen.has(key)) found.kinds.push(kind);
    seen.add(key);
  }
  return found;
}

async function kindsOf(kube: Kube, apiVersion: string, found: Discovered): Promise<ServedKind[]> {
  try {
    const { resources = [] } = (await read(kube, pathOf(apiVersion))) as {
      resources?: { name: string; kind: string; namespaced?: boolean; verbs?: string[] }[];
    };
    const own = resources.filter(({ name }) => !name.includes('/'));
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
    for (const { name } of own) found.resources.add(group === '' ? name : `${name}.${group}`);
    return own
      .filter(({ verbs = [] }) => verbs.includes('list'))
      .map(({ name, kind, namespaced = false }) => ({ apiVersion, kind, plural: name, namespaced }));
  } catch (error) {
    if (endsTheRun(error)) throw error;
    found.unread.push({ apiVersion, why: messageOf(error) });
    return [];
  }
}

async function read(kube: Kube, path: string): Promise<object> {
  const { status, body } = await kube.raw(path);
  if (status === 200) return JSON.parse(body) as object;
  throw new Error(`GET ${path} answers ${status}`);
}

/** Path of all its objects, in every namespace. */
export const collectionOf = ({ apiVersion, plural }: ServedKind) => `${pathOf(apiVersion)}/${plural}`;
