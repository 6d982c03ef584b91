/**
 * The small Kubernetes client of the lab's emulated controllers: plain HTTP with the kubeconfig's own credentials, no
 * kubectl. It speaks only what a real kube-apiserver speaks too, so a controller written against it runs on both.
 */
import { type KubeList, type KubeObject, type KubeRef, refOfObject } from 'catalyst/kubernetes/client/kube.js';
import { createResourceMap } from './client-resources.js';
import { createTransport, RequestRefused } from './client-transport.js';
import { createWatching } from './client-watch.js';

export { RequestRefused };

export interface WatchEvent {
  /** BOOKMARK and ERROR are handled inside and never seen here. */
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
}

export interface LabList extends KubeList {
  fieldSelector?: string;
}

export interface WriteOptions {
  /** Field manager; default the client's own name. */
  fieldManager?: string;
  dryRun?: boolean;
  /** `status`, `scale`, … */
  subresource?: string;
}

export interface LabKube {
  readonly server: string;
  /** The object, or undefined when there is none (or no such kind). */
  get(ref: KubeRef): Promise<KubeObject | undefined>;
  /** Empty when the kind is not served. */
  list(what: LabList): Promise<KubeObject[]>;
  /**
   * Calls `on` with every object there is (as ADDED), then with each change, for as long as `signal` is not aborted. Survives
   * broken connections (resumes from the last resourceVersion), 410 Gone (lists again; what vanished meanwhile comes as
   * DELETED) and a kind that is not served yet (begins when its CRD is). `on` is awaited before the next event; what it
   * throws ends the watch and rejects. Resolves when aborted.
   */
  watch(what: LabList, on: (event: WatchEvent) => void | Promise<void>, signal: AbortSignal): Promise<void>;
  /** Server-side apply over HTTP; conflicts are forced unless `force: false`. Creates the object when absent. */
  apply(object: KubeObject, options?: WriteOptions & { force?: boolean }): Promise<KubeObject>;
  create(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** PUT; refused with 409 when metadata.resourceVersion is given and old. */
  replace(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** JSON merge patch; rejects with RequestRefused: 404 when there is no such object, 400 when its kind has no such field. */
  patch(ref: KubeRef, patch: Record<string, unknown>, options?: WriteOptions): Promise<KubeObject>;
  /**
   * JSON merge patch of the status: `patchStatus(ref, { phase: 'Running' })` sends `{ status: … }`, to the status
   * subresource where the kind has one and else (Velero's kinds) to the object itself, as their own controllers do.
   */
  patchStatus(ref: KubeRef, status: Record<string, unknown>, options?: WriteOptions): Promise<KubeObject>;
  /** True when something was there to delete. */
  delete(ref: KubeRef, options?: { propagation?: 'Foreground' | 'Background' | 'Orphan' }): Promise<boolean>;
  /** Any path and method; never rejects for a status. `body` is sent as JSON. */
  raw(path: string, options?: { method?: string; body?: unknown }): Promise<{ status: number; body: string }>;
  close(): void;
}

/**
 * @param kubeconfig text of a kubeconfig (certificate-authority-data, client-certificate-data/client-key-data or token)
 * @param name field manager and user agent of this client, such as `helm-controller`
 * @throws RequestRefused {status, reason, message} for answers ≥ 400 that a method does not translate
 */
export function createLabKube(kubeconfig: string, name = 'lab-controller'): LabKube {
  const transport = createTransport(kubeconfig, name);
  const resources = createResourceMap(transport);
  const watching = createWatching(transport, resources);

  async function write(
    method: string,
    object: KubeRef,
    body: unknown,
    type: string,
    query: Record<string, string>,
    sub = '',
  ) {
    const path = await resources.path(object, sub, method !== 'POST');
    return transport.json<KubeObject>(method, path, { body, contentType: type, query });
  }
  const queryOf = (options: WriteOptions = {}): Record<string, string> => ({
    fieldManager: options.fieldManager ?? name,
    ...(options.dryRun ? { dryRun: 'All' } : {}),
  });

  const kube: LabKube = {
    server: transport.server,
    async get(ref) {
      const path = await resources.tryPath(ref, '', true);
      if (path === undefined) return undefined;
      return transport.json<KubeObject>('GET', path).catch(absent);
    },
    async list(what) {
      const path = await resources.tryPath({ ...what, name: '' }, '', false);
      if (path === undefined) return [];
      return (await watching.list(path, what)).items;
    },
    watch: watching.watch,
    apply(object, options = {}) {
      const query = { ...queryOf(options), force: String(options.force ?? true) };
      return write('PATCH', refOfObject(object), object, 'application/apply-patch+yaml', query, options.subresource);
    },
    create: (object, options = {}) =>
      write('POST', refOfObject(object), object, 'application/json', queryOf(options), options.subresource),
    replace: (object, options = {}) =>
      write('PUT', refOfObject(object), object, 'application/json', queryOf(options), options.subresource),
    patch(ref, patch, options = {}) {
      const query = { ...queryOf(options), fieldValidation: 'Strict' };
      return write('PATCH', ref, patch, 'application/merge-patch+json', query, options.subresource);
    },
    async patchStatus(ref, status, options = {}) {
      const isApart = await resources.has(ref, 'status');
      return kube.patch(ref, { status }, isApart ? { ...options, subresource: 'status' } : options);
    },
    async delete(ref, options = {}) {
      const path = await resources.tryPath(ref, '', true);
      if (path === undefined) return false;
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: options.propagation ?? 'Background' };
      const gone = await transport.json('DELETE', path, { body }).then(() => true, absent);
      return gone === true;
    },
    raw: (path, options = {}) => transport.raw(options.method ?? 'GET', path, { body: options.body }),
    close: () => transport.close(),
  };
  return kube;
}

function absent(error: unknown): undefined {
  if (error instanceof RequestRefused && error.status === 404) return undefined;
  throw error;
}
