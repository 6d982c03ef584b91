/** One poller for all actions anybody waits for: ids go together in one request, and the pause grows while nothing ends. */
import type { Clock } from '../../support/clock.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { actionsIn } from './answers.js';
import type { HetznerCaller } from './caller.js';
import type { Action } from './types.js';

export type SettleActions = (actions: readonly Action[], options?: { timeoutMs?: number }) => Promise<void>;

interface Waiter {
  action: Action;
  deadline: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Ids in one request: keeps the URL far below what proxies cut. */
const batchSize = 50;
/** ms; grows by half while nothing ends, up to two seconds. */
const firstPause = 120;

export function createActionWaiter(call: HetznerCaller, clock: Clock, signal: AbortSignal): SettleActions {
  const waiting = new Map<number, Waiter[]>();
  let polling = false;

  const end = (id: number, tell: (waiter: Waiter) => void) => {
    const waiters = waiting.get(id) ?? [];
    waiting.delete(id);
    for (const waiter of waiters) tell(waiter);
  };

  const look = async (ids: number[]): Promise<number> => {
    let ended = 0;
    const answer = await call({ method: 'GET', path: '/actions', query: { id: ids }, urgent: true });
    const actions = actionsIn(answer.body, 'GET /actions');
    const seen = new Map(actions.map((action) => [action.id, action]));
    const now = clock.now().getTime();
    for (const id of ids) {
      const action = seen.get(id);
      if (!action)
        end(id, (w) => w.reject(fail('E2001', `Hetzner no longer knows action ${id} (${w.action.command}).`)));
      else if (action.status === 'success') end(id, (w) => w.resolve());
      else if (action.status === 'error') end(id, (w) => w.reject(actionError(action)));
      else {
        for (const late of (waiting.get(id) ?? []).filter((w) => w.deadline <= now)) late.reject(timedOut(action));
        const left = (waiting.get(id) ?? []).filter((w) => w.deadline > now);
        if (left.length > 0) waiting.set(id, left);
        else waiting.delete(id);
        continue;
      }
      ended += 1;
    }
    return ended;
  };

  const poll = async () => {
    let pause = firstPause;
    try {
      while (waiting.size > 0) {
        await clock.sleep(pause, signal);
        const ids = [...waiting.keys()];
        let ended = 0;
        const batches = Array.from({ length: Math.ceil(ids.length / batchSize) }, (_, n) =>
          look(ids.slice(n * batchSize, (n + 1) * batchSize)),
        );
        for (const count of await Promise.all(batches)) ended += count;
        // What began together ends together: the rest is likely to follow at once.
        pause = ended > 0 ? firstPause / 2 : Math.min(pause * 1.5, 2000);
      }
    } catch (error) {
      for (const id of [...waiting.keys()]) end(id, (waiter) => waiter.reject(error));
    } finally {
      polling = false;
    }
  };

  return async (actions, { timeoutMs = 600_000 } = {}) => {
    signal.throwIfAborted();
    const failed = actions.find((action) => action.status === 'error');
    if (failed) throw actionError(failed);
    const open = actions.filter((action) => action.status === 'running');
    const deadline = clock.now().getTime() + timeoutMs;
    const all = open.map(
      (action) =>
        new Promise<void>((resolve, reject) => {
          const waiter = { action, deadline, resolve, reject };
          waiting.set(action.id, [...(waiting.get(action.id) ?? []), waiter]);
        }),
    );
    if (!polling && waiting.size > 0) {
      polling = true;
      void poll();
    }
    await Promise.all(all);
  };
}

function actionError(action: Action) {
  const code = action.error?.code ?? 'unknown';
  const quota = code === 'resource_unavailable' || code === 'placement_error' || code === 'resource_limit_exceeded';
  return fail(
    quota ? 'E2002' : 'E2001',
    `Hetzner's action ${action.command} failed: ${code}: ${action.error?.message ?? ''}`,
    {
      actions: [command('resume')],
      data: { code, action: action.id },
    },
  );
}

function timedOut(action: Action) {
  const what = action.resources.map(({ type, id }) => `${type} ${id}`).join(', ');
  return fail('E4003', `Timed out waiting for Hetzner's action ${action.command} on ${what} (${action.progress} %).`, {
    actions: [command('resume')],
    data: { action: action.id },
  });
}
