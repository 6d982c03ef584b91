/** What played controllers ask of a Kubernetes API; src/lab/kubernetes/client.ts answers it, for the lab's server and for a real one. */
import type { KubeList, KubeObject, KubeRef } from '../../tools/kube.js';

export interface KubeEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
}

export interface ControllerApi {
  get(ref: KubeRef): Promise<KubeObject | undefined>;
  /** Undefined when the server does not know the kind (its CRD is not there yet). */
  list(what: KubeList): Promise<{ items: KubeObject[]; resourceVersion: string } | undefined>;
  /** Resolves when the server ends the stream; rejects when it must be listed again (410, connection lost). */
  watch(
    what: KubeList & { resourceVersion: string },
    onEvent: (event: KubeEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Server-side apply, forced. */
  apply(object: KubeObject, fieldManager: string): Promise<KubeObject>;
  create(object: KubeObject): Promise<KubeObject>;
  /** JSON merge patch of the object, or of a subresource. */
  patch(ref: KubeRef, patch: Record<string, unknown>, subresource?: string): Promise<KubeObject>;
  delete(ref: KubeRef, options?: { uid?: string }): Promise<boolean>;
}

export const refOf = (object: KubeObject): KubeRef => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  namespace: object.metadata.namespace,
  name: object.metadata.name,
});

/** HTTP status of what a client threw, when it carries one. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const seen = error as { status?: unknown; statusCode?: unknown; code?: unknown; data?: { status?: unknown } };
  for (const value of [seen.status, seen.statusCode, seen.data?.status, seen.code])
    if (typeof value === 'number') return value;
  return undefined;
}
