/** List and watch of one kind. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Faults } from '../../requests/faults.js';
import { apiVersionOf, type Kind, storeKeyOf } from '../kinds/kinds.js';
import { asVersionJson } from '../objects/as-version.js';
import { type Match, parseFieldSelector, parseLabelSelector } from '../objects/selectors.js';
import type { Change, Store } from '../objects/store.js';
import { pageOf, refusedMatch } from './paging.js';
import { listKindOf } from './request-path.js';
import { expired } from './status.js';

export interface Scope {
  kind: Kind;
  namespace?: string;
  query: URLSearchParams;
}

export function matcherOf({ kind, namespace, query }: Scope): Match {
  const [labels, fields] = [
    parseLabelSelector(query.get('labelSelector')),
    parseFieldSelector(query.get('fieldSelector'), kind),
  ];
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) && labels(object) && fields(object);
}

export function listObjects(store: Store, scope: Scope): KubeObject[] {
  return store.list(storeKeyOf(scope.kind), scope.namespace).filter(matcherOf(scope));
}

/** The list as JSON text. */
export function listAsJson(store: Store, scope: Scope): string {
  const page = pageOf(store, listObjects(store, scope), scope.query);
  const items = page.items.map((object) => asVersionJson(scope.kind, object));
  const head = JSON.stringify({ ...listKindOf(scope.kind), metadata: page.metadata });
  return `${head.slice(0, -1)},"items":[${items.join(',')}]}`;
}

const bookmarkMs = 60_000;

export interface WatchTools {
  store: Store;
  faults: Faults;
  /** Fires when the server goes down: watches end. */
  down: AbortSignal;
}

/**
 * Writes changes as JSON lines until the caller goes, the timeout it asked for ends or the server goes down.
 * @throws ApiRefusal 410 (before anything is written) when the asked resourceVersion is forgotten
 */
export function openWatch(
  tools: WatchTools,
  scope: Scope,
): (out: ServerResponse, signal: AbortSignal) => Promise<void> {
  const { store, faults, down } = tools;
  const { kind, query } = scope;
  const key = storeKeyOf(kind);
  const match = matcherOf(scope);
  const asked = Number(query.get('resourceVersion') ?? 0);
  const initial = query.get('sendInitialEvents') === 'true' || asked === 0;
  if (asked > store.revision()) throw expired(asked, store.revision());
  if (query.get('sendInitialEvents') && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    throw refusedMatch('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  const missed = initial ? [] : store.since(key, asked);
  const bookmarks = query.get('allowWatchBookmarks') === 'true';

  return async (out, signal) => {
    const write = (object: KubeObject) => asVersionJson(kind, object);
    const send = (type: string, object: string) => out.write(`{"type":"${type}","object":${object}}\n`);
    const bookmark = (annotations?: Record<string, string>) =>
      send(
        'BOOKMARK',
        JSON.stringify({
          kind: kind.kind,
          apiVersion: apiVersionOf(kind),
          metadata: { resourceVersion: String(store.revision()), ...(annotations ? { annotations } : {}) },
        }),
      );
    const onChange = (change: Change) => {
      const type = eventOf(change, match);
      if (!type || faults.take('lost-watch-events', `${kind.kind}/${change.object.metadata.name}`)) return;
      // An object that no longer fits a selector leaves the watch as it last fitted, under the new version.
      send(type, write(change.object));
    };
    if (initial) {
      for (const object of store.list(key, scope.namespace).filter(match)) send('ADDED', write(object));
      if (query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });
    }
    for (const change of missed) onChange(change);
    const stop = store.listen(key, onChange);
    const seconds = Number(query.get('timeoutSeconds') ?? 0);
    const ended = AbortSignal.any([signal, down, ...(seconds > 0 ? [AbortSignal.timeout(seconds * 1000)] : [])]);
    const ticking = bookmarks ? setInterval(bookmark, bookmarkMs) : undefined;
    if (!ended.aborted) await once(ended, 'abort');
    clearInterval(ticking);
    stop();
    out.end();
  };
}

function eventOf({ type, object, previous }: Change, match: Match): Change['type'] | undefined {
  if (type === 'ADDED') return match(object) ? 'ADDED' : undefined;
  const was = previous !== undefined && match(previous);
  if (type === 'DELETED') return was || match(object) ? 'DELETED' : undefined;
  const is = match(object);
  if (is) return was ? 'MODIFIED' : 'ADDED';
  return was ? 'DELETED' : undefined;
}
