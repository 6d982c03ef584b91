/** Takes away what a lab made on a cluster that exists, and nothing else: what has another uid by now is somebody else's. */
import { parse } from 'node:path';
import type { Clock } from 'catalyst/support/clock.js';
import { waitUntil } from 'catalyst/support/wait.js';
import { type InventoryObject, readInventory } from './inventory.js';
import type { Upstream } from './upstream.js';

export interface Removed {
  /** How many objects of the list were there. */
  removed: number;
  /** Paths of what did not go within the deadline. */
  left: string[];
}

interface Definition {
  metadata: { uid: string };
  spec: { group: string; names: { plural: string }; versions: { name: string; served: boolean }[] };
}
interface Found {
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    finalizers?: string[];
    deletionTimestamp?: string;
    ownerReferences?: { uid: string }[];
  };
}
interface Listed {
  items?: Found[];
}

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const namespaces = '/api/v1/namespaces';
const within = 90_000;
/** What Kubernetes makes for an object and takes away after it; owners first. */
const dependents = ['/apis/apps/v1/replicasets', '/apis/batch/v1/jobs', '/api/v1/pods'];
/** First what would refuse or hold up the rest. */
const first = /^\/apis\/(admissionregistration|apiregistration)\.k8s\.io\//;

/** Throws E3101 when the cluster does not answer. */
export async function removeInventory(
  upstream: Pick<Upstream, 'send'>,
  file: string,
  options: { clock: Clock; signal: AbortSignal },
): Promise<Removed> {
  const { clock, signal } = options;
  const send = (method: string, path: string, body?: object, contentType?: string) =>
    upstream.send({ method, path, body, contentType, signal });
  const json = async <T>(path: string): Promise<T | undefined> => {
    const answer = await send('GET', path);
    return answer.status === 200 ? (JSON.parse(answer.body) as T) : undefined;
  };
  const isThere = async ({ path, uid }: InventoryObject) =>
    (await json<{ metadata: { uid: string } }>(path))?.metadata.uid === uid;

  const newest = new Map(readInventory(file).map((one) => [one.path, one]));
  const all = [...newest.values()].reverse();
  const own = all.filter(({ path }) => parse(path).dir === namespaces);
  const kinds = all.filter(({ path }) => parse(path).dir === definitions);
  // what stands in a namespace of the lab goes with it
  const goesAlong = (path: string) => own.some((one) => path.startsWith(`${one.path}/`) || inNamespace(path, one.path));
  const rest = all.filter((one) => !own.includes(one) && !kinds.includes(one) && !goesAlong(one.path));
  const remove = ({ path, uid }: InventoryObject) =>
    send('DELETE', path, { preconditions: { uid }, gracePeriodSeconds: 0, propagationPolicy: 'Background' });

  /** Who would have cleared them has ended with the lab. */
  async function withoutFinalizers(kind: InventoryObject): Promise<void> {
    const crd = await json<Definition>(kind.path);
    if (!crd || crd.metadata.uid !== kind.uid) return;
    const { group, names, versions } = crd.spec;
    const version = versions.find((one) => one.served)?.name;
    const { items = [] } = (await json<Listed>(`/apis/${group}/${version}/${names.plural}`)) ?? {};
    for (const { metadata } of items.filter((one) => one.metadata.finalizers?.length)) {
      const space = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
      const path = `/apis/${group}/${version}${space}/${names.plural}/${metadata.name}`;
      await send('PATCH', path, { metadata: { finalizers: null } }, 'application/merge-patch+json');
    }
  }

  const owners = new Set(all.map(({ uid }) => uid));
  /** In namespaces that stay. Pods that end are ended here: no kubelet will say that they have. */
  async function whatFollows(): Promise<string[]> {
    const found: string[] = [];
    for (const kind of dependents)
      for (const { metadata } of (await json<Listed>(kind))?.items ?? []) {
        if (!metadata.ownerReferences?.some(({ uid }) => owners.has(uid))) continue;
        owners.add(metadata.uid);
        const at = parse(kind);
        const path = `${at.dir}/namespaces/${metadata.namespace}/${at.base}/${metadata.name}`;
        if (goesAlong(path)) continue;
        found.push(path);
        if (metadata.deletionTimestamp) await remove({ path, uid: metadata.uid });
      }
    return found;
  }

  let removed = 0;
  await whatFollows();
  for (const one of all.filter(({ path }) => first.test(path))) await remove(one);
  const there = async (objects: readonly InventoryObject[]) => {
    const found: InventoryObject[] = [];
    for (const one of objects) if (await isThere(one)) found.push(one);
    return found;
  };
  for (const one of await there(own)) {
    removed += 1;
    await remove(one);
    // no kubelet will say that they have ended
    await send('DELETE', `${one.path}/pods?gracePeriodSeconds=0`);
  }
  for (const one of rest) if ((await remove(one)).status === 200) removed += 1;
  for (const one of kinds) {
    await withoutFinalizers(one);
    if ((await remove(one)).status === 200) removed += 1;
  }
  const mustGo = [...own, ...kinds, ...rest];
  let left = mustGo;
  let following: string[] = [];
  await waitUntil({
    reason: 'the objects of the lab to be removed',
    timeoutMs: within,
    clock,
    signal,
    maxPauseMs: 1000,
    look: async () => {
      left = await there(left);
      for (const one of left.filter((kind) => kinds.includes(kind))) await withoutFinalizers(one);
      following = await whatFollows();
      const names = [...left.map(({ path }) => path), ...following];
      return names.length === 0 ? { done: true } : { pending: names.join(', ') };
    },
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
  });
  return { removed, left: [...left.map(({ path }) => path), ...following] };
}

/** Whether a path `/apis/…/namespaces/NAME/…` lies in the namespace `/api/v1/namespaces/NAME`. */
function inNamespace(path: string, namespace: string): boolean {
  const name = parse(namespace).base;
  return /\/namespaces\/([^/]+)\//.exec(path)?.[1] === name;
}
