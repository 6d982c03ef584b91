/** The ways to change part of an object: patches in two formats, and server-side apply. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { LabRequest } from '../../requests/http-server.js';
import { apiVersionOf, type Kind } from '../kinds/kinds.js';
import { shapeOf } from '../kinds/shape.js';
import { asVersion } from '../objects/as-version.js';
import { checked, readPatched } from '../objects/read-object.js';
import type { Writes } from '../objects/writes.js';
import { mediaTypeOf, readBody } from '../requests/body.js';
import type { WriteCall } from '../requests/caller.js';
import type { ResourcePath } from '../requests/request-path.js';
import { ApiRefusal, badRequest, invalid, notFound, unsupportedMediaType } from '../requests/status.js';
import { applyConfiguration } from './managed-fields.js';
import { mergePatch, strategicPatch } from './patches.js';
import { requireTyped } from './typed-apply.js';

const patchTypes = ['merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml', 'apply-patch+cbor'].map(
  (type) => `application/${type}`,
);

export interface PatchTools {
  writes: Writes;
  now: () => Date;
}

export function patchOne({ writes, now }: PatchTools, path: ResourcePath, request: LabRequest, call: WriteCall) {
  const { kind, name } = path;
  const shape = shapeOf(kind);
  const type = mediaTypeOf(request);
  // Kinds of CRDs are refused in other words: for built-in ones the server's router looks at the type first.
  if (!patchTypes.includes(type) && !kind.schema) {
    throw new ApiRefusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  }
  const body = readBody({ headers: { 'content-type': type.replace('-patch', '') }, body: request.body });
  if (type === 'application/apply-patch+yaml') {
    const config = configurationOf(path, body as KubeObject);
    const force = request.query.get('force') === 'true';
    if (!request.query.get('fieldManager')) {
      throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'PatchOptions' }, '', [
        { reason: 'FieldValueRequired', field: 'fieldManager', message: 'Required value: is required for apply patch' },
      ]);
    }
    requireTyped(kind, { ...(body as KubeObject), metadata: config.metadata });
    const writer = { manager: call.manager, apiVersion: apiVersionOf(kind), subresource: call.subresource, at: now() };
    const next = (current: KubeObject | undefined) => {
      if (!current && call.subresource) throw notFound(kind, name);
      return applyConfiguration(current && asVersion(kind, current), config, writer, force, shape);
    };
    return writes.change(path, next, call, true);
  }
  const next = (current: KubeObject | undefined) => {
    if (!current) throw notFound(kind, name);
    const now = asVersion(kind, current);
    return readPatched(kind, asPatched(type, now, body, kind), call);
  };
  return writes.change(path, next, call);
}

function asPatched(type: string, target: KubeObject, body: unknown, kind: Kind): KubeObject {
  if (type === 'application/merge-patch+json') return mergePatch(target, body) as KubeObject;
  if (type === 'application/strategic-merge-patch+json' && !kind.schema) {
    return strategicPatch(target, body, shapeOf(kind)) as KubeObject;
  }
  throw unsupportedMediaType(
    'the body of the request was in an unknown format - accepted media types include: application/merge-patch+json, application/apply-patch+yaml',
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
