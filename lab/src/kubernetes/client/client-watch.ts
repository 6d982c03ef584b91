/** List and watch with resume: broken streams go on from the last resourceVersion, 410 lists again. */
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { LabKube, LabList, WatchEvent } from './client.js';
import type { ResourceMap } from './client-resources.js';
import { RequestRefused, refusal, type Transport } from './client-transport.js';

const retryMs = 250;
const definitions: LabList = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

interface Listed {
  items: KubeObject[];
  resourceVersion: string;
}

export function createWatching(transport: Transport, resources: ResourceMap) {
  const waiters = new Set<{ kind: string; done: () => void }>();
  /** One watch of the CRDs while somebody waits for one, with what it saw: `group/kind` of those that are served. */
  let following: { stop: AbortController; established: Set<string> } | undefined;

  async function list(path: string, what: LabList, signal?: AbortSignal): Promise<Listed> {
    const answer = await transport.json<{ items: KubeObject[]; metadata: { resourceVersion: string } }>('GET', path, {
      query: selectorsOf(what),
      ...(signal ? { signal } : {}),
    });
    const items = answer.items.map((item) => ({ ...item, apiVersion: what.apiVersion, kind: what.kind }));
    return { items, resourceVersion: answer.metadata.resourceVersion };
  }

  /** Reads one stream to its end; answers the resourceVersion to go on from. Throws RequestRefused 410 when too old. */
  async function stream(
    path: string,
    what: LabList,
    from: string,
    on: (event: WatchEvent) => Promise<void>,
    signal: AbortSignal,
  ) {
    const query = { ...selectorsOf(what), watch: '1', resourceVersion: from, allowWatchBookmarks: 'true' };
    const response = await transport.open(path, { query, signal });
    let last = from;
    try {
      for await (const line of linesOf(response)) {
        const event = JSON.parse(line) as { type: string; object: KubeObject };
        if (event.type === 'ERROR') throw refusal(Number(event.object.code ?? 500), JSON.stringify(event.object));
        last = event.object.metadata.resourceVersion ?? last;
        if (event.type !== 'BOOKMARK') await on(event as WatchEvent);
      }
    } catch (error) {
      if (error instanceof HandlerFailed || error instanceof RequestRefused) throw error;
    } finally {
      response.destroy();
    }
    return last;
  }

  const watch: LabKube['watch'] = async (what, on, signal) => {
    const seen = new Map<string, KubeObject>();
    const deliver = async (event: WatchEvent) => {
      const key = `${event.object.metadata.namespace ?? ''}/${event.object.metadata.name}`;
      if (event.type === 'DELETED') seen.delete(key);
      else seen.set(key, event.object);
      try {
        await on(event);
      } catch (error) {
        throw new HandlerFailed(error);
      }
    };
    let from: string | undefined;
    while (!signal.aborted) {
      try {
        const path = await resources.tryPath({ ...what, name: '' }, '', false);
        if (path === undefined) {
          await untilServed(what, signal);
          continue;
        }
        from ??= await relist(await list(path, what, signal), seen, deliver);
        from = await stream(path, what, from, deliver, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof HandlerFailed) throw error.cause;
        if (error instanceof RequestRefused && (error.status === 410 || error.status === 404)) from = undefined;
        if (!(error instanceof RequestRefused && error.status === 410)) await pause(signal);
      }
    }
  };

  /** Waits on the CRDs (one watch of them for all that wait) until one of them serves the kind. */
  async function untilServed(what: LabList, signal: AbortSignal): Promise<void> {
    const kind = `${what.apiVersion.split('/')[0]}/${what.kind}`;
    if (!following?.established.has(kind)) {
      await new Promise<void>((resolve) => {
        const waiter = {
          kind,
          done() {
            signal.removeEventListener('abort', waiter.done);
            waiters.delete(waiter);
            if (waiters.size === 0) {
              following?.stop.abort();
              following = undefined;
            }
            resolve();
          },
        };
        waiters.add(waiter);
        signal.addEventListener('abort', waiter.done, { once: true });
        if (!following) followDefinitions();
      });
    }
    if (signal.aborted || (await resources.tryPath({ ...what, name: '' }, '', false)) !== undefined) return;
    // Between Established and being in discovery a real server takes a moment.
    await pause(signal);
  }

  function followDefinitions(): void {
    // its own: what a watch before it saw, which is still about to end, says nothing of this one
    const { stop, established } = { stop: new AbortController(), established: new Set<string>() };
    following = { stop, established };
    const onDefinition = ({ type, object }: WatchEvent) => {
      const kind = `${object.spec.group}/${object.spec.names.kind}`;
      const conditions = (object.status?.conditions ?? []) as { type: string; status: string }[];
      const serves = conditions.some((entry) => entry.type === 'Established' && entry.status === 'True');
      if (type === 'DELETED' || !serves) established.delete(kind);
      else established.add(kind);
      for (const waiter of [...waiters]) if (established.has(waiter.kind)) waiter.done();
    };
    void watch(definitions, onDefinition, stop.signal);
  }

  return { list, watch };
}

async function relist(listed: Listed, seen: Map<string, KubeObject>, deliver: (event: WatchEvent) => Promise<void>) {
  const before = new Map(seen);
  for (const object of listed.items) {
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    const known = before.get(key);
    before.delete(key);
    if (known?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
    await deliver({ type: known ? 'MODIFIED' : 'ADDED', object });
  }
  for (const object of before.values()) await deliver({ type: 'DELETED', object });
  return listed.resourceVersion;
}

class HandlerFailed extends Error {
  constructor(cause: unknown) {
    super('the handler of a watch failed', { cause });
  }
}

async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}

function selectorsOf(what: LabList): Record<string, string> {
  return {
    ...(what.labelSelector ? { labelSelector: what.labelSelector } : {}),
    ...(what.fieldSelector ? { fieldSelector: what.fieldSelector } : {}),
  };
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(retryMs, undefined, { signal }).catch(() => undefined);
}
