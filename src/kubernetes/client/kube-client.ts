/** The Kube of a real API server (kube.ts says the contract). */
import type { Clock } from '../../support/clock.js';
import { fail } from '../../support/errors/errors.js';
import type { Dialer } from '../../tools/dialer/dialer.js';
import type { Exec } from '../../tools/exec/exec.js';
import type { Allowance } from '../../tools/http/bounded.js';
import { credentialEnd } from './credential-end.js';
import type { Kube, KubeObject, KubeRef, KubeWriter, ServiceCaller, ServiceRef } from './kube.js';
import { type KubectlOptions, kubectlApply } from './kube-apply.js';
import { listPages } from './kube-list.js';
import { createKubePaths, refusal } from './kube-paths.js';
import { withRetry } from './kube-retry.js';
import { createKubeTransport } from './kube-transport.js';
import { waitForObject } from './kube-wait.js';
import { type KubeAccess, readKubeconfig } from './kubeconfig.js';

export interface KubeOptions {
  /** File with the credentials, 0600, which kubectl and helm read. */
  kubeconfig: string;
  context?: string;
  /** What was read of it already; default: read from the file. */
  access?: KubeAccess;
  /** Brings the file up to date before kubectl reads it. */
  ready?: () => Promise<void>;
  /** Opens the connections; default: direct ones. */
  dialer?: Dialer;
  /** Path of the kubectl binary; asked for at the first apply. */
  kubectl: () => Promise<string>;
  exec: Exec;
  clock: Clock;
  /** Ends waits and watches. */
  signal: AbortSignal;
  /** Ends single calls; default `signal`. */
  undoSignal?: AbortSignal;
  /** Told what a wait is waiting for. */
  onWaiting?: (pending: string, deadline: Date) => void;
}

export function createKube(options: KubeOptions): Kube & KubeWriter & ServiceCaller {
  const { kubeconfig, context, exec, clock, undoSignal: signal = options.signal } = options;
  const access = options.access ?? readKubeconfig(kubeconfig, context, { exec, env: process.env, now: clock.now });
  const once = createKubeTransport(access, options.dialer);
  const transport = withRetry(once, clock);
  const paths = createKubePaths(transport);

  const pathOf = async (ref: KubeRef): Promise<string | undefined> => {
    const collection = await paths.collection(ref.apiVersion, ref.kind, ref.namespace);
    return collection === undefined ? undefined : `${collection}/${encodeURIComponent(ref.name)}`;
  };
  const served = <T>(found: T | undefined, { apiVersion, kind }: Pick<KubeRef, 'apiVersion' | 'kind'>): T => {
    if (found === undefined)
      throw fail('E3102', `The API at ${access.server} does not serve ${kind} of ${apiVersion}.`);
    return found;
  };
  const send = async (
    method: string,
    path: string,
    { body, ...how }: { body?: unknown; contentType?: string; time?: Allowance; urgent?: boolean } = {},
  ): Promise<KubeObject> => {
    const answer = await transport.send({ method, path, body, signal, ...how });
    if (answer.status >= 300) throw refusal(method, path, answer);
    return parseObject(answer.body, path);
  };

  const kubectl = async (objects: readonly KubeObject[], how: KubectlOptions = {}) => {
    if (objects.length === 0) return [];
    await options.ready?.();
    return kubectlApply({ exec, kubectl: await options.kubectl(), kubeconfig, context, clock, signal }, objects, how);
  };

  const kube: Kube & KubeWriter & ServiceCaller = {
    server: access.server,
    kubeconfig,
    credentialEnd: credentialEnd(access),
    async get(ref) {
      const path = await pathOf(ref);
      if (path === undefined) return undefined;
      const answer = await transport.send({ method: 'GET', path, signal });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw refusal('GET', path, answer);
      return parseObject(answer.body, path);
    },
    async list(what) {
      const collection = await paths.collection(what.apiVersion, what.kind, what.namespace);
      if (collection === undefined) return [];
      const page = (path: string, time: Allowance) => send('GET', path, { time });
      const items = await listPages(page, { collection, server: access.server, labelSelector: what.labelSelector });
      return items.map((item) => ({ ...item, apiVersion: what.apiVersion, kind: what.kind }));
    },
    waitFor: (ref, wait) =>
      waitForObject({
        ...wait,
        ref,
        transport,
        collection: () => paths.collection(ref.apiVersion, ref.kind, ref.namespace),
        get: () => kube.get(ref),
        clock,
        signal: wait.signal ?? options.signal,
        onPending: wait.onPending ?? options.onWaiting,
      }),
    tryApply: (objects, how) => kubectl(objects, { ...how, dryRun: true }),
    async review({ kind, spec }) {
      const apiVersion = 'authorization.k8s.io/v1';
      const collection = served(await paths.collection(apiVersion, kind), { apiVersion, kind });
      const { status } = await send('POST', collection, { body: { apiVersion, kind, metadata: {}, spec } });
      return { allowed: status?.allowed === true, ...(status?.reason ? { reason: String(status.reason) } : {}) };
    },
    apply: (objects, how = {}) => kubectl(objects, { forceConflicts: how.forceConflicts }),
    async create(object) {
      const found = await paths.collection(object.apiVersion, object.kind, object.metadata.namespace);
      const collection = served(found, object);
      return send('POST', `${collection}?fieldManager=catalyst`, { body: object });
    },
    async patch(ref, patch, subresource, { urgent } = {}) {
      const path = served(await pathOf(ref), ref);
      const at = `${path}${subresource ? `/${subresource}` : ''}?fieldManager=catalyst`;
      return send('PATCH', at, { body: patch, contentType: 'application/merge-patch+json', urgent: urgent === true });
    },
    async delete(ref, { propagation = 'Background', evict } = {}) {
      const path = await pathOf(ref);
      if (path === undefined) return false;
      const request = evict ? evictionOf(path, ref) : deletionOf(path, propagation);
      const answer = await transport.send({ ...request, signal });
      if (answer.status === 404) return false;
      if (answer.status >= 300) throw refusal(request.method, request.path, answer);
      return true;
    },
    raw: (path, { once: isOnce, ...how } = {}) =>
      (isOnce ? once : transport).send({ method: 'GET', path, signal, ...how }),
    askService: (service, { path, headers }) =>
      transport.send({ method: 'GET', path: proxyPath(service) + path, headers, signal }),
    callService: (service, { path, ...request }) =>
      transport.send({ ...request, path: proxyPath(service) + path, signal }),
  };
  return kube;
}

const deletionOf = (path: string, propagationPolicy: string) => ({
  method: 'DELETE',
  path,
  body: { propagationPolicy } as object,
});

const evictionOf = (path: string, { namespace, name }: KubeRef) => ({
  method: 'POST',
  path: `${path}/eviction`,
  body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } } as object,
});

const proxyPath = ({ namespace, name, port }: ServiceRef) =>
  `/api/v1/namespaces/${namespace}/services/http:${name}:${port}/proxy`;

function parseObject(body: string, path: string): KubeObject {
  try {
    const value = JSON.parse(body) as KubeObject;
    if (typeof value?.metadata === 'object' && value.metadata !== null) return value;
  } catch {
    // Not Kubernetes: said below, in the server's own words.
  }
  throw refusal('GET', path, { status: 200, body: body.startsWith('{') ? `not an object: ${body}` : body });
}
