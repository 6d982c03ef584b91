/** What rules write: to the API server, and at once into the store, so that the next look sees it before the watch brings it. */
import { isDeepStrictEqual } from 'node:util';
import { type KubeObject, refOfObject } from 'catalyst/kubernetes/client/kube.js';
import type { LabKube } from '../kubernetes/client/client.js';
import type { ReconcileContext } from './reconciler.js';
import { kindOf, type Store } from './store.js';

/** True when `patch` (a merge patch) would change nothing in `value`. */
function isCovered(value: unknown, patch: unknown): boolean {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
    return isDeepStrictEqual(value ?? null, patch ?? null);
  const there = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return Object.entries(patch).every(([key, wanted]) => wanted === undefined || isCovered(there[key], wanted));
}

type ObjectWrites = Pick<ReconcileContext, 'apply' | 'create' | 'setStatus' | 'patch' | 'remove'>;

export function objectWrites(kube: LabKube, store: Store): ObjectWrites {
  const latestOf = (object: KubeObject) => store.get(kindOf(object), object.metadata.namespace, object.metadata.name);
  /** The answer to a write has neither apiVersion nor kind. */
  const remember = (answer: KubeObject, { apiVersion, kind }: KubeObject): KubeObject => {
    const stored = { ...answer, apiVersion, kind };
    store.remember(stored);
    return stored;
  };
  return {
    async apply(object, fieldManager = 'lab') {
      const had = latestOf(object);
      if (had && fieldManager === 'lab' && isCovered(had, object)) return had;
      return remember(await kube.apply(object, { fieldManager }), object);
    },
    async create(object) {
      return remember(await kube.create(object), object);
    },
    async setStatus(object, status) {
      const latest = latestOf(object) ?? object;
      if (isCovered(latest.status ?? {}, status)) return;
      remember(await kube.patchStatus(refOfObject(object), status), object);
    },
    async patch(object, patch) {
      const latest = latestOf(object) ?? object;
      if (isCovered(latest, patch)) return latest;
      return remember(await kube.patch(refOfObject(object), patch), object);
    },
    async remove(object) {
      await kube.delete(refOfObject(object));
      store.forget(object);
    },
  };
}
