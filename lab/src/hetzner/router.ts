/** The paths of the Cloud API over the kinds: lists with pages and selectors, single items, creation, deletion, actions. */
import type { ResourceMap, ResourceType } from 'catalyst/hetzner/api/types.js';
import { plural } from 'catalyst/hetzner/api/types.js';
import type { LabRequest, LabResponse } from '../requests/http-server.js';
import { loadBalancerTypes, locations, pricing, serverTypes } from './catalog.js';
import { invalid, refuse } from './problem.js';
import { assertUniqueName, type Project } from './project.js';
import { floatingIps, primaryIps } from './resources/addresses.js';
import { firewalls } from './resources/firewalls.js';
import type { Body, Kind } from './resources/kind.js';
import { loadBalancers } from './resources/load-balancers.js';
import { networks } from './resources/networks.js';
import { servers } from './resources/servers.js';
import { certificates, images, placementGroups, sshKeys, volumes } from './resources/small-things.js';
import { zones } from './resources/zones.js';
import { labelSelector } from './selector.js';

const kinds = [
  servers,
  loadBalancers,
  networks,
  firewalls,
  volumes,
  primaryIps,
  floatingIps,
  sshKeys,
  placementGroups,
  certificates,
  images,
  zones,
] as unknown as Kind[];

type Item = ResourceMap[ResourceType];

const catalogs: Record<string, readonly { id: number; name: string }[]> = {
  locations,
  server_types: serverTypes,
  load_balancer_types: loadBalancerTypes,
};

const notFound = (path: string): never => refuse(404, 'not_found', `${path} not found`);

/** One page: at most 50 items, 25 when not asked. */
function page(key: string, items: readonly unknown[], query: URLSearchParams): LabResponse {
  const per = Math.min(Math.max(Number(query.get('per_page') ?? 25) || 25, 1), 50);
  const number = Math.max(Number(query.get('page') ?? 1) || 1, 1);
  const last = Math.max(Math.ceil(items.length / per), 1);
  const pagination = {
    page: number,
    per_page: per,
    previous_page: number > 1 ? number - 1 : null,
    next_page: number < last ? number + 1 : null,
    last_page: last,
    total_entries: items.length,
  };
  return { status: 200, body: { [key]: items.slice((number - 1) * per, number * per), meta: { pagination } } };
}

function filtered(items: Item[], query: URLSearchParams): Item[] {
  const selector = query.get('label_selector');
  const fits = selector ? labelSelector(selector) : () => true;
  const wanted = (field: string) => query.getAll(field);
  const sort = query.get('sort') ?? 'id:asc';
  const [field = 'id', direction] = sort.split(':') as [string?, string?];
  return items
    .filter((item) => fits(item.labels ?? {}))
    .filter((item) =>
      ['name', 'status', 'type', 'bound_to', 'architecture', 'ip', 'fingerprint', 'mode'].every((key) => {
        const values = wanted(key);
        return values.length === 0 || values.includes(String((item as unknown as Body)[key]));
      }),
    )
    .sort((a, b) => {
      const [x, y] = [(a as unknown as Body)[field], (b as unknown as Body)[field]];
      return (x < y ? -1 : x > y ? 1 : 0) * (direction === 'desc' ? -1 : 1);
    });
}

function parseBody(request: LabRequest): Body {
  if (request.body.length === 0) return {};
  try {
    return JSON.parse(request.body.toString('utf8')) as Body;
  } catch {
    return refuse(400, 'json_error', 'invalid JSON in request');
  }
}

export function route(project: Project, request: LabRequest): LabResponse {
  const parts = request.path.split('/').filter(Boolean).map(decodeURIComponent);
  if (parts.shift() !== 'v1') notFound(request.path);
  const [collection = '', id, third, fourth] = parts;
  if (collection === 'actions') return actions(project, request, id);
  if (collection === 'pricing') return { status: 200, body: { pricing } };
  if (collection === 'datacenters') refuse(410, 'deprecated_api_endpoint', 'this endpoint was removed');
  const catalog = catalogs[collection];
  if (catalog) return fromCatalog(collection, catalog, request, id);
  const kind = kinds.find(({ type }) => plural(type) === collection);
  if (!kind) return notFound(request.path);
  if (id === undefined) return onCollection(project, kind, request);
  if (id === 'actions') return actions(project, request, third);
  const key = Number(id);
  const item = project.find(kind.type, key);
  if (third === undefined) return onItem(project, kind, item, request);
  if (third !== 'actions') return notFound(request.path);
  if (request.method === 'GET') return actions(project, request, fourth, { type: kind.type, id: key });
  const act = kind.actions?.[fourth ?? ''];
  if (request.method !== 'POST' || !act) return notFound(request.path);
  return { status: 201, body: act(project, item, parseBody(request)), log: { object: shown(kind, item) } };
}

const shown = (kind: Kind, item: Item) => `${kind.type} ${item.name ?? item.id}`;

function onCollection(project: Project, kind: Kind, request: LabRequest): LabResponse {
  if (request.method === 'GET') {
    const items = [...project.items[kind.type].values()].map((item) => kind.view?.(project, item) ?? item);
    return page(plural(kind.type), filtered(items as Item[], request.query), request.query);
  }
  if (request.method !== 'POST' || !kind.create) return refuse(405, 'method_not_allowed', 'method not allowed');
  const body = parseBody(request);
  for (const [key, value] of Object.entries((body['labels'] ?? {}) as Record<string, string>)) assertLabel(key, value);
  const answer = kind.create(project, body);
  return { status: 201, body: answer, log: { object: `${kind.type} ${body['name']}` } };
}

function assertLabel(key: string, value: string): void {
  const keyOk = /^([a-z0-9.-]{1,253}\/)?[a-z0-9A-Z]([a-z0-9A-Z._-]{0,61}[a-z0-9A-Z])?$/.test(key);
  const valueOk = /^([a-z0-9A-Z]([a-z0-9A-Z._-]{0,61}[a-z0-9A-Z])?)?$/.test(String(value));
  if (!keyOk || key.startsWith('hetzner.cloud/')) invalid('labels', `invalid label key ${key}`);
  if (!valueOk) invalid('labels', `invalid label value ${value}`);
}

function onItem(project: Project, kind: Kind, item: Item, request: LabRequest): LabResponse {
  const log = { object: shown(kind, item) };
  if (request.method === 'GET') return { status: 200, body: { [kind.type]: kind.view?.(project, item) ?? item } };
  if (request.method === 'DELETE') return { ...kind.remove(project, item), log };
  if (request.method !== 'PUT') return refuse(405, 'method_not_allowed', 'method not allowed');
  const body = parseBody(request);
  if (body['name'] !== undefined) assertUniqueName(project, kind.type, body['name'], item.id);
  for (const field of kind.updatable) if (field in body) (item as unknown as Body)[field] = body[field];
  return { status: 200, body: { [kind.type]: kind.view?.(project, item) ?? item }, log };
}

function fromCatalog(
  collection: string,
  items: readonly { id: number; name: string }[],
  request: LabRequest,
  id: string | undefined,
): LabResponse {
  if (id === undefined) {
    const name = request.query.get('name');
    return page(collection, name ? items.filter((item) => item.name === name) : items, request.query);
  }
  const found = items.find((item) => item.id === Number(id));
  return found ? { status: 200, body: { [collection.slice(0, -1)]: found } } : notFound(request.path);
}

function actions(
  project: Project,
  request: LabRequest,
  id: string | undefined,
  about?: { type: string; id: number },
): LabResponse {
  if (id !== undefined) {
    const action = project.actions.get(Number(id)) ?? refuse(404, 'not_found', `action ${id} not found`);
    return { status: 200, body: { action } };
  }
  if (about) {
    const found = [...project.actions.values()].filter(({ resources }) =>
      resources.some((resource) => resource.type === about.type && resource.id === about.id),
    );
    return page('actions', found, request.query);
  }
  const ids = request.query.getAll('id').map(Number);
  if (ids.length === 0) refuse(400, 'invalid_input', 'id is required');
  return { status: 200, body: { actions: ids.flatMap((one) => project.actions.get(one) ?? []) } };
}
