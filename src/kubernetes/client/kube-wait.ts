/** Waits for one object by watch: looks at every change, survives cut connections, ends at the deadline. */
import type { Clock } from '../../support/clock.js';
import { command } from '../../support/commands/command.js';
import { fail, isCatalystError } from '../../support/errors/errors.js';
import type { KubeObject, KubeRef } from './kube.js';
import { type KubeTransport, WatchRefused } from './kube-transport.js';

interface WaitRequest<T> {
  ref: KubeRef;
  transport: KubeTransport;
  collection: () => Promise<string | undefined>;
  get: () => Promise<KubeObject | undefined>;
  clock: Clock;
  signal: AbortSignal;
  reason: string;
  timeoutMs: number;
  look: (object: KubeObject | undefined) => { done: T } | { pending: string };
  onPending?: (pending: string, deadline: Date) => void;
}

/** Pause before asking again when nothing can be watched yet (kind not served, connection cut). */
const againAfterMs = 250;

export async function waitForObject<T>(request: WaitRequest<T>): Promise<T> {
  const { clock, signal, reason, timeoutMs, look, onPending, ref } = request;
  const deadline = new Date(clock.now().getTime() + timeoutMs);
  const ends = new AbortController();
  const stop = () => ends.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  void clock.sleep(timeoutMs, ends.signal).then(
    () => ends.abort('deadline'),
    () => undefined,
  );
  let pending = 'not observed yet';
  const judge = (object: KubeObject | undefined): { done: T } | undefined => {
    const seen = look(object);
    if ('done' in seen) return seen;
    if (seen.pending !== pending) onPending?.(seen.pending, deadline);
    pending = seen.pending;
    return undefined;
  };
  try {
    for (;;) {
      try {
        const object = await request.get();
        const now = judge(object);
        if (now) return now.done;
        const later = await watchOnce(request, object, ends.signal, judge);
        if (later) return later.done;
      } catch (error) {
        signal.throwIfAborted();
        if (!ends.signal.aborted && !isTransient(error)) throw error;
      }
      if (ends.signal.aborted) {
        signal.throwIfAborted();
        throw fail('E4003', `Timed out after ${Math.round(timeoutMs / 1000)}s waiting for ${reason}: ${pending}.`, {
          actions: [
            `kubectl describe ${ref.kind.toLowerCase()} ${ref.name}${ref.namespace ? ` -n ${ref.namespace}` : ''}`,
            command('resume'),
          ],
          data: { reason, pending },
        });
      }
      await clock.sleep(againAfterMs, ends.signal).catch(() => undefined);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    ends.abort('over');
  }
}

/** An API server that restarts is waited for until the deadline; what it refuses for good ends the wait. */
function isTransient(error: unknown): boolean {
  if (isCatalystError(error, 'E3101')) return true;
  if (isCatalystError(error, 'E3102')) return [429, 500, 503, 504].includes(Number(error.data.status));
  if (error instanceof WatchRefused) return [404, 410, 429, 500, 503, 504].includes(error.status);
  return !isCatalystError(error) && error instanceof Error && 'code' in error;
}

/** A line that is no event ends the watch as one that was cut: what is there is asked for anew. */
function eventOf(line: string): { type: string; object: KubeObject } {
  try {
    const event = JSON.parse(line) as { type?: unknown; object?: { metadata?: unknown } | null };
    const whole =
      typeof event.type === 'string' && (event.type === 'ERROR' || typeof event.object?.metadata === 'object');
    if (whole && event.object?.metadata !== null) return event as { type: string; object: KubeObject };
  } catch {
    // Not JSON: said below.
  }
  throw new WatchRefused(500, line);
}

async function watchOnce<T>(
  request: WaitRequest<T>,
  object: KubeObject | undefined,
  signal: AbortSignal,
  judge: (object: KubeObject | undefined) => { done: T } | undefined,
): Promise<{ done: T } | undefined> {
  const collection = await request.collection();
  if (collection === undefined) return undefined;
  const query = new URLSearchParams({
    watch: 'true',
    fieldSelector: `metadata.name=${request.ref.name}`,
    timeoutSeconds: '240',
  });
  // Without the object there is no version to begin from: the watch then begins with what is there.
  if (object?.metadata.resourceVersion) query.set('resourceVersion', object.metadata.resourceVersion);
  for await (const line of request.transport.lines(`${collection}?${query}`, signal)) {
    const event = eventOf(line);
    if (event.type === 'ERROR') return undefined;
    if (event.type === 'BOOKMARK') continue;
    const seen = judge(event.type === 'DELETED' ? undefined : event.object);
    if (seen) return seen;
  }
  return undefined;
}
