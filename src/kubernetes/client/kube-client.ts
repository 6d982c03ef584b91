/** The Kube of a real API server (kube.ts says the contract). */
import type { Clock } from '../../support/clock.js';
import { fail } from '../../support/errors/errors.js';
import type { Exec } from '../../tools/exec/exec.js';
import { type Allowance, createAllowance, pageMs } from '../../tools/http/bounded.js';
import type { Dialer } from '../../tools/http/dialer.js';
import type { Kube, KubeObject, KubeRef, KubeWriter } from './kube.js';
import { type KubectlOptions, kubectlApply } from './kube-apply.js';
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

export function createKube(options: KubeOptions): Kube & KubeWriter {
  const { kubeconfig, context, exec, clock, undoSignal: signal = options.signal } = options;
  const access = options.access ?? readKubeconfig(kubeconfig, context, { exec, env: process.env, now: clock.now });
  const transport = withRetry(createKubeTransport(access, options.dialer), clock);
  const paths = createKubePaths(transport);

  const pathOf = async (ref: KubeRef): Promise<string | undefined> => {
    const collection = await paths.collection(ref.apiVersion, ref.kind, ref.namespace);
    return collection === undefined ? undefined : `${collection}/${encodeURIComponent(ref.name)}`;
  };
  const required = async (ref: KubeRef): Promise<string> => {
    const path = await pathOf(ref);
    if (path === undefined)
      throw fail('E3102', `The API at ${access.server} does not serve ${ref.kind} of ${ref.apiVersion}.`);
    return path;
  };
  const send = async (
    method: string,
    path: string,
    { body, ...how }: { body?: unknown; contentType?: string; time?: Allowance } = {},
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

  const kube: Kube & KubeWriter = {
    server: access.server,
    kubeconfig,
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
      const items: KubeObject[] = [];
      const time = createAllowance();
      let next = '';
      for (let pages = 1; ; pages += 1) {
        const query = new URLSearchParams({ limit: '500' });
        if (what.labelSelector) query.set('labelSelector', what.labelSelector);
        if (next) query.set('continue', next);
        const page = await send('GET', `${collection}?${query}`, { time });
        time.earn(pageMs);
        for (const item of itemsOf(page, collection))
          items.push({ ...item, apiVersion: what.apiVersion, kind: what.kind });
        const more = (page.metadata as { continue?: unknown }).continue;
        if (typeof more !== 'string' || more === '') return items;
        if (more === next || pages === mostPages)
          throw fail('E3102', `The API at ${access.server} gives the list ${collection} in pages that do not end.`);
        next = more;
      }
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
      const collection = await paths.collection(apiVersion, kind);
      if (collection === undefined)
        throw fail('E3102', `The API at ${access.server} does not serve ${kind} of ${apiVersion}.`);
      const { status } = await send('POST', collection, { body: { apiVersion, kind, metadata: {}, spec } });
      return { allowed: status?.allowed === true, ...(status?.reason ? { reason: String(status.reason) } : {}) };
    },
    apply: (objects, how = {}) => kubectl(objects, { forceConflicts: how.forceConflicts }),
    async create(object) {
      const collection = await paths.collection(object.apiVersion, object.kind, object.metadata.namespace);
      if (collection === undefined)
        throw fail('E3102', `The API at ${access.server} does not serve ${object.kind} of ${object.apiVersion}.`);
      return send('POST', `${collection}?fieldManager=catalyst`, { body: object });
    },
    async patch(ref, patch, subresource) {
      const path = await required(ref);
      const at = `${path}${subresource ? `/${subresource}` : ''}?fieldManager=catalyst`;
      return send('PATCH', at, { body: patch, contentType: 'application/merge-patch+json' });
    },
    async delete(ref, { propagation = 'Background' } = {}) {
      const path = await pathOf(ref);
      if (path === undefined) return false;
      const answer = await transport.send({ method: 'DELETE', path, body: { propagationPolicy: propagation }, signal });
      if (answer.status === 404) return false;
      if (answer.status >= 300) throw refusal('DELETE', path, answer);
      return true;
    },
    raw: (path) => transport.send({ method: 'GET', path, signal }),
  };
  return kube;
}

/** A list of more than half a million objects is none that we ask for. */
const mostPages = 1000;

function itemsOf(page: KubeObject, path: string): KubeObject[] {
  const items: unknown = page.items ?? [];
  const whole = Array.isArray(items) && items.every((item) => typeof item?.metadata?.name === 'string');
  if (whole) return items as KubeObject[];
  throw fail('E3102', `Kubernetes answered GET ${path} with items that are not objects.`);
}

function parseObject(body: string, path: string): KubeObject {
  try {
    const value = JSON.parse(body) as KubeObject;
    if (typeof value?.metadata === 'object' && value.metadata !== null) return value;
  } catch {
    // Not Kubernetes: said below, in the server's own words.
  }
  throw refusal('GET', path, { status: 200, body: body.startsWith('{') ? `not an object: ${body}` : body });
}
