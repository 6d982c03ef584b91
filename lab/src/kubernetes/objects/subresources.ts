/** Subresources that are not the object itself: scale, log, eviction, proxy. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import { invalidValue } from '../admission/causes.js';
import { mergePatch } from '../apply/patches.js';
import type { Backends } from '../kinds/backends.js';
import { type Kind, storeKeyOf } from '../kinds/kinds.js';
import { mediaTypeOf, readBody, readObject } from '../requests/body.js';
import type { User, WriteCall } from '../requests/caller.js';
import { callOf } from '../requests/request-options.js';
import { objectText, type ResourcePath } from '../requests/request-path.js';
import { badRequest, invalid, methodNotAllowed, noSuchPath, notFound } from '../requests/status.js';
import { labelSelectorText, valueAt } from './selectors.js';
import type { Store } from './store.js';
import type { Writes } from './writes.js';

export interface SubresourceTools {
  store: Store;
  writes: Writes;
  backends: Backends;
  /** What a container wrote; `namespace/pod/container`. */
  podLogs: Map<string, string>;
}

export async function answerSubresource(
  tools: SubresourceTools,
  path: ResourcePath,
  request: LabRequest,
  user: User,
): Promise<LabResponse> {
  const { kind, subresource } = path;
  const call = callOf(path, request, user);
  if (subresource === 'scale' && kind.scale) return scale(tools, path, request, call);
  const found = kind.group === '' ? core[`${kind.kind}/${subresource}`] : undefined;
  // of an added kind the API server serves any path and then misses the object
  if (!found) throw kind.schema ? notFound(kind, path.name) : noSuchPath();
  return found(tools, path, request, call);
}

type Answer = (
  tools: SubresourceTools,
  path: ResourcePath,
  request: LabRequest,
  call: WriteCall,
) => LabResponse | Promise<LabResponse>;

const core: Record<string, Answer> = {
  'Pod/log': podLog,
  'Pod/eviction': evict,
  'Service/proxy': proxy,
};

function existing({ store }: SubresourceTools, { kind, namespace, name }: ResourcePath): KubeObject {
  const object = store.get(storeKeyOf(kind), namespace, name);
  if (!object) throw notFound(kind, name);
  return object;
}

const dotted = (path: string) => path.split('.').filter(Boolean);

async function scale(
  tools: SubresourceTools,
  path: ResourcePath,
  request: LabRequest,
  call: WriteCall,
): Promise<LabResponse> {
  const object = existing(tools, path);
  if (request.method === 'GET') return { status: 200, body: scaleOf(path.kind, object) };
  let wanted: unknown;
  const type = mediaTypeOf(request);
  if (request.method === 'PUT') wanted = readObject(request).spec?.replicas;
  else if (request.method === 'PATCH') {
    const body = readBody({ headers: { 'content-type': type.replace('-patch', '') }, body: request.body });
    if (!type.includes('merge-patch') && !type.includes('apply-patch')) throw badRequest('scale takes a merge patch');
    wanted = valueAt(mergePatch(scaleOf(path.kind, object), body), ['spec', 'replicas']);
  } else throw methodNotAllowed();
  const replicas = Number(wanted ?? 0);
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw invalid({ group: 'autoscaling', plural: '', kind: 'Scale' }, path.name, [
      invalidValue('spec.replicas', wanted, 'must be greater than or equal to 0'),
    ]);
  }
  const keys = dotted(path.kind.scale?.specReplicasPath ?? '');
  const patch = keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), replicas);
  const next = (current: KubeObject | undefined) => {
    if (!current) throw notFound(path.kind, path.name);
    return mergePatch(current, patch) as KubeObject;
  };
  const { object: changed } = await tools.writes.change(path, next, call);
  return { status: 200, body: scaleOf(path.kind, changed), log: { mutating: !call.dryRun, object: objectText(path) } };
}

function scaleOf(kind: Kind, object: KubeObject): Record<string, unknown> {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = valueAt(object, dotted(kind.scale?.labelSelectorPath ?? ''));
  const text =
    typeof selector === 'string' ? selector : labelSelectorText(selector as Record<string, string> | undefined);
  const replicas = valueAt(object, dotted(kind.scale?.specReplicasPath ?? ''));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    // No replicas are not written.
    spec: replicas ? { replicas } : {},
    status: {
      replicas: valueAt(object, dotted(kind.scale?.statusReplicasPath ?? '')) ?? 0,
      ...(text ? { selector: text } : {}),
    },
  };
}

function podLog(tools: SubresourceTools, path: ResourcePath, { query }: LabRequest): LabResponse {
  const pod = existing(tools, path);
  const names = ((pod.spec?.containers ?? []) as { name: string }[]).map((container) => container.name);
  const asked = query.get('container') ?? names[0] ?? '';
  if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${path.name}`);
  const text = tools.podLogs.get(`${path.namespace}/${path.name}/${asked}`) ?? '';
  const tail = query.get('tailLines');
  const lines = text.split('\n');
  const body = tail === null ? text : lines.slice(-Number(tail) - (text.endsWith('\n') ? 1 : 0)).join('\n');
  return { status: 200, headers: { 'content-type': 'text/plain' }, body };
}

async function evict(
  tools: SubresourceTools,
  path: ResourcePath,
  request: LabRequest,
  call: WriteCall,
): Promise<LabResponse> {
  const eviction = (readBody(request) ?? {}) as { deleteOptions?: { dryRun?: string[] } };
  const dryRun = call.dryRun || (eviction.deleteOptions?.dryRun ?? []).includes('All');
  await tools.writes.remove(path, { ...call, dryRun }, { propagation: 'Background' });
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  return { status: 201, body, log: { mutating: !dryRun, object: objectText(path) } };
}

/** `[scheme:]name[:port]`, then the rest of the path, sent on as it came. */
async function proxy(tools: SubresourceTools, path: ResourcePath, request: LabRequest): Promise<LabResponse> {
  const parts = path.name.split(':');
  const service = (parts.length === 3 || ['http', 'https'].includes(parts[0]!) ? parts[1] : parts[0]) ?? '';
  const answer = await tools.backends.send(path.namespace ?? '', service, { ...request, path: path.rest || '/' });
  return { ...answer, log: { object: objectText(path, service), ...answer.log } };
}
