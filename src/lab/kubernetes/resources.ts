/** The verbs on objects and their status: get, list, watch, create, update, patch, apply, delete, deletecollection. */
import type { KubeObject } from '../../tools/kube.js';
import type { LabRequest, LabResponse } from '../http-server.js';
import { mediaTypeOf, readBody, readObject } from './body.js';
import type { User, WriteCall } from './caller.js';
import type { Propagation } from './deletion.js';
import { apiVersionOf, type Kind, storeKeyOf } from './kinds.js';
import { applyConfiguration } from './managed-fields.js';
import { type JsonPatchOperation, jsonPatch, mergePatch, strategicPatch } from './patches.js';
import { objectText, type ResourcePath } from './request-path.js';
import { shapeOf } from './shape.js';
import { shown, shownAsJson } from './shown.js';
import { badRequest, methodNotAllowed, notFound, unsupportedMediaType } from './status.js';
import type { Store } from './store.js';
import { listAsJson, listObjects, openWatch, type WatchTools } from './streams.js';
import { tableOf, wantsTable } from './table.js';
import type { Preconditions, Writes } from './writes.js';

export interface ResourceTools extends WatchTools {
  store: Store;
  writes: Writes;
  now: () => Date;
}

interface DeleteOptions {
  propagationPolicy?: Propagation;
  orphanDependents?: boolean;
  preconditions?: Preconditions;
  dryRun?: string[];
}

const json = { 'content-type': 'application/json' };

export async function answerResource(
  tools: ResourceTools,
  path: ResourcePath,
  request: LabRequest,
  user: User,
): Promise<LabResponse> {
  const call = callOf(path, request, user);
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return path.name ? readOne(tools, path, request) : readMany(tools, path, request);
    case 'POST':
      return createOne(tools, path, request, call);
    case 'PUT':
      return written(path, call, await tools.writes.change(path, replaced(path, readObject(request)), call));
    case 'PATCH':
      return written(path, call, await patchOne(tools, path, request, call));
    case 'DELETE':
      return path.name ? deleteOne(tools, path, request, call) : deleteMany(tools, path, request, call);
    default:
      throw methodNotAllowed();
  }
}

export function callOf(path: ResourcePath, { query, headers }: LabRequest, user: User): WriteCall {
  const agent = String(headers['user-agent'] ?? 'unknown').split('/')[0]!;
  return {
    user,
    dryRun: query.getAll('dryRun').includes('All'),
    manager: query.get('fieldManager') || agent,
    subresource: path.subresource,
  };
}

function written(path: ResourcePath, call: WriteCall, result: { object: KubeObject; created?: boolean }): LabResponse {
  return {
    status: result.created ? 201 : 200,
    headers: json,
    body: shownAsJson(path.kind, result.object),
    log: { mutating: !call.dryRun, object: objectText(path, result.object.metadata.name) },
  };
}

function readOne(
  { store, now }: ResourceTools,
  { kind, namespace, name }: ResourcePath,
  request: LabRequest,
): LabResponse {
  const object = store.get(storeKeyOf(kind), namespace, name);
  if (!object) throw notFound(kind, name);
  const log = { mutating: false, object: objectText({ kind, namespace, name, subresource: '', rest: '' }) };
  const body = wantsTable(request)
    ? tableOf(kind, [object], object.metadata.resourceVersion, request, now())
    : shownAsJson(kind, object);
  return { status: 200, headers: json, body, log };
}

function readMany(tools: ResourceTools, { kind, namespace }: ResourcePath, request: LabRequest): LabResponse {
  const { query } = request;
  const scope = { kind, namespace, query };
  if (['1', 'true'].includes(query.get('watch') ?? '')) {
    const write = wantsTable(request)
      ? (object: KubeObject) =>
          JSON.stringify(tableOf(kind, [object], object.metadata.resourceVersion, request, tools.now()))
      : undefined;
    const stream = openWatch({ ...tools, ...(write ? { write } : {}) }, scope);
    return { status: 200, headers: json, stream, log: { mutating: false } };
  }
  if (!wantsTable(request)) return { status: 200, headers: json, body: listAsJson(tools.store, scope) };
  const revision = String(tools.store.revision());
  return { status: 200, body: tableOf(kind, listObjects(tools.store, scope), revision, request, tools.now()) };
}

async function createOne({ writes }: ResourceTools, path: ResourcePath, request: LabRequest, call: WriteCall) {
  if (path.name) throw methodNotAllowed();
  const object = checked(path.kind, readObject(request));
  const target = { kind: path.kind, name: '', ...spaceOf(path, object) };
  return written(path, call, { object: await writes.create(target, object, call), created: true });
}

function spaceOf({ kind, namespace }: ResourcePath, object: KubeObject): { namespace?: string } {
  return kind.namespaced ? { namespace: namespace ?? object.metadata.namespace ?? 'default' } : {};
}

function checked(kind: Kind, object: KubeObject): KubeObject {
  if (object.kind && object.kind !== kind.kind) {
    throw badRequest(`${object.kind} in version "${object.apiVersion}" cannot be handled as a ${kind.kind}`);
  }
  if (object.apiVersion && object.apiVersion !== apiVersionOf(kind)) {
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${apiVersionOf(kind)})`,
    );
  }
  return object;
}

const replaced = (path: ResourcePath, object: KubeObject) => (current: KubeObject | undefined) => {
  if (!current) throw notFound(path.kind, path.name);
  return checked(path.kind, object);
};

function patchOne({ writes, now }: ResourceTools, path: ResourcePath, request: LabRequest, call: WriteCall) {
  const { kind, name } = path;
  const shape = shapeOf(kind);
  const type = mediaTypeOf(request);
  const body = readBody({ headers: { 'content-type': type.replace('-patch', '') }, body: request.body });
  if (type === 'application/apply-patch+yaml' || type === 'application/apply-patch+json') {
    const config = configurationOf(path, body as KubeObject);
    const force = request.query.get('force') === 'true';
    if (!request.query.get('fieldManager'))
      throw badRequest(
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      );
    const writer = { manager: call.manager, apiVersion: apiVersionOf(kind), subresource: call.subresource, at: now() };
    const next = (current: KubeObject | undefined) => {
      if (!current && call.subresource) throw notFound(kind, name);
      return applyConfiguration(current && shown(kind, current), config, writer, force, shape);
    };
    return writes.change(path, next, call, true);
  }
  const next = (current: KubeObject | undefined) => {
    if (!current) throw notFound(kind, name);
    const now = shown(kind, current);
    return asPatched(type, now, body, kind);
  };
  return writes.change(path, next, call);
}

function asPatched(type: string, target: KubeObject, body: unknown, kind: Kind): KubeObject {
  if (type === 'application/json-patch+json') return jsonPatch(target, body as JsonPatchOperation[]) as KubeObject;
  if (type === 'application/merge-patch+json') return mergePatch(target, body) as KubeObject;
  if (type === 'application/strategic-merge-patch+json' && !kind.schema) {
    return strategicPatch(target, body, shapeOf(kind)) as KubeObject;
  }
  throw unsupportedMediaType(
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
  );
}

/** An applied configuration speaks of the object or of its status, never of both. */
function configurationOf({ kind, name, namespace, subresource }: ResourcePath, given: KubeObject): KubeObject {
  if (typeof given !== 'object' || given === null) throw badRequest('the body holds no object');
  const config = checked(kind, { ...given, metadata: { ...given.metadata, name: given.metadata?.name ?? name } });
  const { managedFields, ...metadata } = config.metadata;
  if (Array.isArray(managedFields) && managedFields.length > 0) throw badRequest('metadata.managedFields must be nil');
  const clean = { ...config, metadata: { ...metadata, ...(namespace ? { namespace } : {}) } } as KubeObject;
  if (kind.kind === 'Secret' && kind.group === '' && clean.stringData) {
    const plain = Object.entries(clean.stringData as Record<string, string>);
    clean['data'] = {
      ...clean.data,
      ...Object.fromEntries(plain.map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
    };
    delete clean['stringData'];
  }
  if (kind.status && subresource === '') delete clean['status'];
  if (subresource === 'status') {
    const { apiVersion, kind: name_, status } = clean;
    return { apiVersion, kind: name_, metadata: clean.metadata, status } as KubeObject;
  }
  return clean;
}

function deleteOptionsOf(path: ResourcePath, request: LabRequest, call: WriteCall) {
  const options = (readBody(request) ?? {}) as DeleteOptions;
  const asked = options.propagationPolicy ?? (request.query.get('propagationPolicy') as Propagation | null);
  // Jobs alone leave their Pods behind when nothing is asked, for the sake of old callers.
  const usual =
    options.orphanDependents || (path.kind.kind === 'Job' && path.kind.group === 'batch') ? 'Orphan' : 'Background';
  return {
    options: { propagation: asked ?? (usual as Propagation), preconditions: options.preconditions },
    call: { ...call, dryRun: call.dryRun || (options.dryRun ?? []).includes('All') },
  };
}

async function deleteOne({ writes }: ResourceTools, path: ResourcePath, request: LabRequest, given: WriteCall) {
  const { options, call } = deleteOptionsOf(path, request, given);
  const { object, gone } = await writes.remove(path, call, options);
  if (!gone || path.kind.schema) return written(path, call, { object });
  const details = {
    name: path.name,
    ...(path.kind.group ? { group: path.kind.group } : {}),
    kind: path.kind.plural,
    uid: object.metadata.uid,
  };
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
  return { status: 200, body, log: { mutating: !call.dryRun, object: objectText(path) } };
}

async function deleteMany(
  tools: ResourceTools,
  path: ResourcePath,
  request: LabRequest,
  given: WriteCall,
): Promise<LabResponse> {
  const { options, call } = deleteOptionsOf(path, request, given);
  const { kind, namespace } = path;
  const objects = listObjects(tools.store, { kind, namespace, query: request.query });
  for (const object of objects) {
    await tools.writes.remove(
      { kind, namespace: object.metadata.namespace, name: object.metadata.name },
      call,
      options,
    );
  }
  const body = {
    kind: `${kind.kind}List`,
    apiVersion: apiVersionOf(kind),
    metadata: { resourceVersion: String(tools.store.revision()) },
    items: objects,
  };
  return { status: 200, body, log: { mutating: !call.dryRun, object: objectText(path) } };
}
