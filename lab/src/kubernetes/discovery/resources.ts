/** The verbs on objects and their status: get, list, watch, create, update, patch, apply, delete. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import { patchOne } from '../apply/patch-object.js';
import { storeKeyOf } from '../kinds/kinds.js';
import { asVersionJson } from '../objects/as-version.js';
import { readAs, warningHeaders } from '../objects/read-object.js';
import type { Store } from '../objects/store.js';
import type { Writes } from '../objects/writes.js';
import type { User, WriteCall } from '../requests/caller.js';
import { callOf, deleteOptionsOf } from '../requests/request-options.js';
import { objectText, type ResourcePath } from '../requests/request-path.js';
import { methodNotAllowed, notFound } from '../requests/status.js';
import { listAsJson, openWatch, type WatchTools } from '../requests/streams.js';

export interface ResourceTools extends WatchTools {
  store: Store;
  writes: Writes;
  now: () => Date;
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
      return path.name ? readOne(tools, path) : readMany(tools, path, request);
    case 'POST':
      return createOne(tools, path, request, call);
    case 'PUT':
      return written(
        path,
        call,
        await tools.writes.change(path, replaced(path, readAs(path.kind, request, call)), call),
      );
    case 'PATCH':
      return written(path, call, await patchOne(tools, path, request, call));
    case 'DELETE':
      if (!path.name) throw methodNotAllowed();
      return deleteOne(tools, path, request, call);
    default:
      throw methodNotAllowed();
  }
}

function written(path: ResourcePath, call: WriteCall, result: { object: KubeObject; created?: boolean }): LabResponse {
  return {
    status: result.created ? 201 : 200,
    headers: { ...json, ...warningHeaders(call) },
    body: asVersionJson(path.kind, result.object),
    log: { mutating: !call.dryRun, object: objectText(path, result.object.metadata.name) },
  };
}

function readOne({ store }: ResourceTools, { kind, namespace, name }: ResourcePath): LabResponse {
  const object = store.get(storeKeyOf(kind), namespace, name);
  if (!object) throw notFound(kind, name);
  const log = { mutating: false, object: objectText({ kind, namespace, name, subresource: '', rest: '' }) };
  return { status: 200, headers: json, body: asVersionJson(kind, object), log };
}

function readMany(tools: ResourceTools, { kind, namespace }: ResourcePath, request: LabRequest): LabResponse {
  const { query } = request;
  const scope = { kind, namespace, query };
  if (!['1', 'true'].includes(query.get('watch') ?? ''))
    return { status: 200, headers: json, body: listAsJson(tools.store, scope) };
  return { status: 200, headers: json, stream: openWatch(tools, scope), log: { mutating: false } };
}

async function createOne({ writes }: ResourceTools, path: ResourcePath, request: LabRequest, call: WriteCall) {
  if (path.name) throw methodNotAllowed();
  const object = readAs(path.kind, request, call);
  const target = { kind: path.kind, name: '', ...spaceOf(path, object) };
  return written(path, call, { object: await writes.create(target, object, call), created: true });
}

function spaceOf({ kind, namespace }: ResourcePath, object: KubeObject): { namespace?: string } {
  return kind.namespaced ? { namespace: namespace ?? object.metadata.namespace ?? 'default' } : {};
}

const replaced = (path: ResourcePath, object: KubeObject) => (current: KubeObject | undefined) => {
  if (!current) throw notFound(path.kind, path.name);
  return object;
};

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
