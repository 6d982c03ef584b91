/** A LabKube in memory: enough of an API server for rules to be tried on; CRDs are established at once. */
import { randomUUID } from 'node:crypto';
import { type LabKube, RequestRefused, type WatchEvent } from '../../../src/lab/kubernetes/client.js';
import type { KubeObject, KubeRef } from '../../../src/tools/kube.js';

type Listener = (event: WatchEvent) => void;

export interface MemoryKube extends LabKube {
  /** Number of writes so far. */
  writes(): number;
}

export function memoryKube(): MemoryKube {
  const objects = new Map<string, KubeObject>();
  const listeners = new Map<string, Set<Listener>>();
  let version = 0;
  let written = 0;
  const kindOf = (ref: { apiVersion: string; kind: string }) => `${ref.apiVersion}/${ref.kind}`;
  const keyOf = (ref: KubeRef) => `${kindOf(ref)} ${ref.namespace ?? ''}/${ref.name}`;
  const refOf = (object: KubeObject): KubeRef => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: object.metadata.namespace,
    name: object.metadata.name,
  });
  const tell = (type: WatchEvent['type'], object: KubeObject) => {
    for (const listener of listeners.get(kindOf(object)) ?? [])
      setImmediate(() => listener({ type, object: structuredClone(object) }));
  };
  const merge = (into: unknown, patch: unknown): unknown => {
    if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
    const merged: Record<string, unknown> =
      typeof into === 'object' && into !== null && !Array.isArray(into) ? { ...into } : {};
    for (const [key, value] of Object.entries(patch))
      if (value === null) delete merged[key];
      else if (value !== undefined) merged[key] = merge(merged[key], value);
    return merged;
  };
  const put = (object: KubeObject, before: KubeObject | undefined): KubeObject => {
    written += 1;
    const { stringData, ...rest } = object;
    const encoded = Object.entries((stringData ?? {}) as Record<string, string>).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ]);
    const specChanged = JSON.stringify(before?.spec) !== JSON.stringify(object.spec);
    const stored: KubeObject = {
      ...rest,
      ...(stringData ? { data: { ...rest.data, ...Object.fromEntries(encoded) } } : {}),
      metadata: {
        ...object.metadata,
        uid: before?.metadata.uid ?? randomUUID(),
        creationTimestamp: before?.metadata.creationTimestamp ?? new Date(0).toISOString(),
        generation: (before?.metadata.generation ?? 0) + (specChanged || !before ? 1 : 0),
        resourceVersion: String(++version),
      },
    };
    if (stored.kind === 'CustomResourceDefinition')
      stored.status = { conditions: [{ type: 'Established', status: 'True' }] };
    if (stored.metadata.deletionTimestamp && !((stored.metadata.finalizers as string[]) ?? []).length)
      return drop(stored);
    objects.set(keyOf(refOf(stored)), stored);
    tell(before ? 'MODIFIED' : 'ADDED', stored);
    return structuredClone(stored);
  };
  const drop = (object: KubeObject): KubeObject => {
    objects.delete(keyOf(refOf(object)));
    object.metadata.resourceVersion = String(++version);
    tell('DELETED', object);
    return object;
  };
  const absent = (ref: KubeRef) => new RequestRefused(404, 'NotFound', `${ref.kind} "${ref.name}" not found`);

  const kube: MemoryKube = {
    server: 'memory',
    writes: () => written,
    get: async (ref) => structuredClone(objects.get(keyOf(ref))),
    list: async (what) =>
      structuredClone(
        [...objects.values()].filter(
          (object) =>
            kindOf(object) === kindOf(what) &&
            (what.namespace === undefined || object.metadata.namespace === what.namespace),
        ),
      ),
    async watch(what, on, signal) {
      const listener: Listener = (event) => void on(event);
      for (const object of await kube.list(what)) await on({ type: 'ADDED', object });
      const set = listeners.get(kindOf(what)) ?? new Set<Listener>();
      listeners.set(kindOf(what), set.add(listener));
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      set.delete(listener);
    },
    async apply(object) {
      const before = objects.get(keyOf(refOf(object)));
      return put(before ? (merge(before, object) as KubeObject) : object, before);
    },
    async create(object) {
      if (objects.has(keyOf(refOf(object))))
        throw new RequestRefused(409, 'AlreadyExists', `${object.kind} ${object.metadata.name} exists`);
      return put(object, undefined);
    },
    replace: async (object) => put(object, objects.get(keyOf(refOf(object)))),
    async patch(ref, patch) {
      const before = objects.get(keyOf(ref));
      if (!before) throw absent(ref);
      return put(merge(before, patch) as KubeObject, before);
    },
    patchStatus: (ref, status) => kube.patch(ref, { status }),
    async delete(ref) {
      const object = objects.get(keyOf(ref));
      if (!object) return false;
      if (((object.metadata.finalizers as string[]) ?? []).length > 0) {
        if (!object.metadata.deletionTimestamp)
          put({ ...object, metadata: { ...object.metadata, deletionTimestamp: new Date(0).toISOString() } }, object);
        return true;
      }
      drop(object);
      return true;
    },
    raw: async () => ({ status: 200, body: 'ok' }),
    close: () => undefined,
  };
  return kube;
}
