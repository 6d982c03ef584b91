/** An object that is to be created: its name, its Namespace, and the metadata that the API server gives it. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { apiVersionOf, type Kind } from '../kinds/kinds.js';
import { ApiRefusal, badRequest, forbidden, invalid, notFound } from '../requests/status.js';
import type { Target } from '../requests/target.js';
import { withoutNulls } from './candidate.js';
import type { Store } from './store.js';

/** `given` as it begins: of this name, with a UID and a time, without what only the API server sets. `at`: ISO 8601, in seconds. */
export function freshObject({ kind, namespace }: Target, named: string, given: KubeObject, at: string): KubeObject {
  const base = withoutNulls(given) as KubeObject;
  const {
    resourceVersion: _rv,
    deletionTimestamp: _dt,
    selfLink: _sl,
    ...metadata
  } = base.metadata as Record<string, unknown>;
  const fresh = {
    ...base,
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      ...metadata,
      name: named,
      ...(namespace === undefined ? {} : { namespace }),
      uid: randomUUID(),
      creationTimestamp: at,
      ...(kind.generations ? { generation: 1 } : {}),
    },
  } as KubeObject;
  if (kind.status) delete fresh['status'];
  return fresh;
}

/** The name on the URL or in the object, or one made of `generateName`. Throws when they contradict each other or are missing. */
export function nameOf(object: KubeObject, target: Target): string {
  const { name, namespace, generateName } = object.metadata as {
    name?: string;
    namespace?: string;
    generateName?: string;
  };
  if (namespace && target.namespace !== undefined && namespace !== target.namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  if (target.name && name && name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
  }
  const found = target.name || name;
  if (found) return found;
  if (generateName) return `${generateName}${randomBytes(4).toString('hex').slice(0, 5)}`;
  throw invalid(target.kind, '', [
    {
      reason: 'FieldValueRequired',
      field: 'metadata.name',
      message: 'Required value: name or generateName is required',
    },
  ]);
}

/** Throws when the Namespace is not there or is being deleted. */
export function requireNamespace(store: Store, kind: Kind, name: string, namespace: string): void {
  const space = store.get('/namespaces', undefined, namespace);
  if (!space) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  if (!space.metadata.deletionTimestamp) return;
  const refusal = forbidden(
    kind,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw new ApiRefusal(403, 'Forbidden', refusal.message, { ...refusal.details, causes: [cause] });
}
