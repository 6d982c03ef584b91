/** What is served: group and resource lists, plain and aggregated (one answer for everything, which kubectl asks for first). */
import { apiVersionOf, type Kind, type KindRegistry } from '../kinds/kinds.js';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

export interface DiscoveryAnswer {
  body: Record<string, unknown>;
  contentType: string;
}

interface Subresource {
  subresource: string;
  kind: { group: string; version: string; kind: string };
  verbs: string[];
}

/** `/api`, `/apis` and below; undefined for other paths and for groups that are not served. */
export function discover(path: string, accept: string, kinds: KindRegistry): DiscoveryAnswer | undefined {
  const all = kinds.all();
  const parts = path.replace(/\/$/, '').split('/').slice(1);
  const json = (body: Record<string, unknown>) => ({ body, contentType: 'application/json' });
  if (path === '/api' || path === '/api/') {
    if (wantsAggregated(accept)) return aggregatedList(all.filter((kind) => kind.group === ''));
    return json({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
  }
  if (path === '/apis' || path === '/apis/') {
    const grouped = all.filter((kind) => kind.group !== '');
    if (wantsAggregated(accept)) return aggregatedList(grouped);
    const groups = [...new Set(grouped.map((kind) => kind.group))].map((group) => groupOf(group, grouped));
    return json({ kind: 'APIGroupList', apiVersion: 'v1', groups });
  }
  const [root, group = '', version] = addressed(parts);
  if (root === undefined) return undefined;
  const served = all.filter((kind) => kind.group === group && (version === undefined || kind.version === version));
  if (served.length === 0) return undefined;
  if (version === undefined) return json({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, served) });
  const groupVersion = apiVersionOf({ group, version });
  return json({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: served.flatMap(resourcesOf) });
}

/** `[root, group, version]`; the core group has an empty name. */
function addressed(parts: string[]): [string | undefined, string?, string?] {
  if (parts[0] === 'api' && parts.length === 2) return ['api', '', parts[1]];
  if (parts[0] === 'apis' && parts.length <= 3) return ['apis', parts[1], parts[2]];
  return [undefined];
}

const wantsAggregated = (accept: string) => accept.includes('as=APIGroupDiscoveryList') && accept.includes('v=v2');

function groupOf(name: string, kinds: Kind[]) {
  const versions = [...new Set(kinds.filter((kind) => kind.group === name).map((kind) => kind.version))].map(
    (version) => ({
      groupVersion: `${name}/${version}`,
      version,
    }),
  );
  return { name, versions, preferredVersion: versions[0] };
}

function resourcesOf(kind: Kind): Record<string, unknown>[] {
  const main = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: kind.review ? ['create'] : verbs,
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
  };
  const below = subresourcesOf(kind).map((sub) => ({
    name: `${kind.plural}/${sub.subresource}`,
    singularName: '',
    namespaced: kind.namespaced,
    group: sub.kind.group,
    version: sub.kind.version,
    kind: sub.kind.kind,
    verbs: sub.verbs,
  }));
  return [main, ...below];
}

function subresourcesOf(kind: Kind): Subresource[] {
  const own = { group: kind.group, version: kind.version, kind: kind.kind };
  const found: Subresource[] = [];
  if (kind.status) found.push({ subresource: 'status', kind: own, verbs: ['get', 'patch', 'update'] });
  if (kind.scale) {
    const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
    found.push({ subresource: 'scale', kind: scale, verbs: ['get', 'patch', 'update'] });
  }
  if (kind.group !== '') return found;
  if (kind.kind === 'Pod') {
    found.push({ subresource: 'log', kind: own, verbs: ['get'] });
    const eviction = { group: 'policy', version: 'v1', kind: 'Eviction' };
    found.push({ subresource: 'eviction', kind: eviction, verbs: ['create'] });
  }
  if (kind.kind === 'Service') {
    const proxy = { ...own, kind: 'ServiceProxyOptions' };
    found.push({ subresource: 'proxy', kind: proxy, verbs: ['create', 'delete', 'get', 'patch', 'update'] });
  }
  return found;
}

function aggregatedList(kinds: Kind[]): DiscoveryAnswer {
  const groups = new Map<string, Map<string, Kind[]>>();
  for (const kind of kinds) {
    const versions = groups.get(kind.group) ?? new Map<string, Kind[]>();
    groups.set(kind.group, versions.set(kind.version, [...(versions.get(kind.version) ?? []), kind]));
  }
  const items = [...groups].map(([name, versions]) => ({
    metadata: { name, creationTimestamp: null },
    versions: [...versions].map(([version, served]) => ({
      version,
      freshness: 'Current',
      resources: served.map(aggregatedResource),
    })),
  }));
  const body = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
  return { body, contentType: aggregated };
}

function aggregatedResource(kind: Kind) {
  return {
    resource: kind.plural,
    responseKind: { group: kind.group, version: kind.version, kind: kind.kind },
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.review ? ['create'] : verbs,
    shortNames: kind.shortNames,
    categories: kind.categories,
    subresources: subresourcesOf(kind).map((sub) => ({
      subresource: sub.subresource,
      responseKind: sub.kind,
      verbs: sub.verbs,
    })),
  };
}
