/**
 * What catalyst asks of a Kubernetes API server. Reads and watches go over HTTP with the kubeconfig's own credentials;
 * applies go through the kubectl binary (server-side apply, field manager `catalyst`), so that what we do is what a person
 * could have typed.
 */
import type { CredentialEnd } from './credential-end.js';

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string }[];
    [key: string]: unknown;
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of any kind; each reader narrows what it reads
  [key: string]: any;
}

export interface KubeRef {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

export interface KubeList {
  apiVersion: string;
  kind: string;
  /** Left out: all namespaces, or a cluster-scoped kind. */
  namespace?: string;
  labelSelector?: string;
}

export interface ApplyOptions {
  forceConflicts?: boolean;
}

export interface PatchOptions {
  /** Each try over a connection of its own and for a few seconds only: nothing that hangs delays it. */
  urgent?: true;
}

export interface DeleteOptions {
  propagation?: 'Foreground' | 'Background' | 'Orphan';
  /** A Pod by the Eviction API, which a PodDisruptionBudget may refuse. */
  evict?: true;
}

export interface AccessReview {
  kind: 'SelfSubjectAccessReview' | 'SubjectAccessReview';
  spec: Record<string, unknown>;
}

/** A Service, reached through the API server's own proxy: from wherever the API server is reached, past any ingress. */
export interface ServiceRef {
  namespace: string;
  name: string;
  port: number;
}

export interface ServiceRequest {
  /** With the query. */
  path: string;
  headers?: Record<string, string>;
}

export interface RawRequest {
  signal?: AbortSignal;
  /** Asks once, so that a fault that passes is seen. */
  once?: boolean;
  /** Over a new connection. */
  fresh?: boolean;
}

/** What may be asked of a cluster at any time. What changes one is `KubeWriter`. */
export interface Kube {
  /** Address of the API server, for messages. */
  readonly server: string;
  /** File that kubectl and helm read (0600). */
  readonly kubeconfig: string;
  /** When the credential that it is reached with ends; left out where that is not known. */
  readonly credentialEnd?: CredentialEnd;
  /** The object, or undefined when there is none (or no such kind). */
  get(ref: KubeRef): Promise<KubeObject | undefined>;
  list(what: KubeList): Promise<KubeObject[]>;
  /**
   * Event-driven wait on one object: calls `look` with the current object (undefined when absent) and again at every
   * change until it answers `{ done }`. Throws E4003 at the deadline, and whatever `look` throws.
   */
  waitFor<T>(
    ref: KubeRef,
    options: {
      reason: string;
      timeoutMs: number;
      look: (object: KubeObject | undefined) => { done: T } | { pending: string };
      /** Told when the reason for waiting changes, with the deadline. */
      onPending?: (pending: string, deadline: Date) => void;
      /** Ends the wait; default: the signal of the run. */
      signal?: AbortSignal;
    },
  ): Promise<T>;
  /** Any path of the API (`/readyz`, `/version`, …). */
  raw(path: string, how?: RawRequest): Promise<{ status: number; body: string }>;
  /** GET of a Service through the API server; a `Status` of Kubernetes among the answers is the API server's own. */
  askService(service: ServiceRef, request: ServiceRequest): Promise<{ status: number; body: string }>;
  /** What the server would store of these, after admission; nothing is stored. Throws its refusal. */
  tryApply(objects: readonly KubeObject[], options?: ApplyOptions): Promise<KubeObject[]>;
  /** Asks who may do what: an access review of `authorization.k8s.io/v1`, which is answered and not stored. */
  review(question: AccessReview): Promise<{ allowed: boolean; reason?: string }>;
}

/** What changes a cluster. The gate alone hands it out (src/world/gate/writers.ts). */
export interface KubeWriter {
  /** Server-side apply through kubectl; the objects as the server stored them. */
  apply(objects: readonly KubeObject[], options?: ApplyOptions): Promise<KubeObject[]>;
  create(object: KubeObject): Promise<KubeObject>;
  /** JSON merge patch; `subresource` such as `status` or `scale`. */
  patch(ref: KubeRef, patch: Record<string, unknown>, subresource?: string, how?: PatchOptions): Promise<KubeObject>;
  /** True when something was there to delete. */
  delete(ref: KubeRef, options?: DeleteOptions): Promise<boolean>;
}

/** The same with any method. The gate's writers alone are made of it. */
export interface ServiceCaller {
  callService(
    service: ServiceRef,
    request: ServiceRequest & { method: string; body?: unknown },
  ): Promise<{ status: number; body: string }>;
}

/** Where an object stands. */
export function refOfObject(object: KubeObject): KubeRef {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: object.metadata.namespace,
    name: object.metadata.name,
  };
}
