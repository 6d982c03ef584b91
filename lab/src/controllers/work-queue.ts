/** Which objects each rule still has to look at: one look at a time for each, again later when it fails. */
import type { Clock } from 'catalyst/support/clock.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import pLimit from 'p-limit';
import { statusOf } from './api.js';
import type { Outcome, Rule } from './reconciler.js';
import type { Key } from './store.js';

interface Item {
  running: boolean;
  dirty: boolean;
  failures: number;
  timer?: AbortController;
}

export interface WorkQueue {
  add(rule: Rule, key: Key): void;
  /** Of an object that is gone. */
  drop(rule: Rule, key: Key): void;
}

export function createWorkQueue(options: {
  clock: Clock;
  signal: AbortSignal;
  /** One look of a rule at an object; throwing is a look that has to be repeated. */
  look(rule: Rule, key: Key): Promise<Outcome>;
  onError?: ((rule: string, key: Key, message: string) => void) | undefined;
}): WorkQueue {
  const { clock, signal, onError } = options;
  const work = new Map<string, Item>();
  const limit = pLimit(24);

  function add(rule: Rule, key: Key): void {
    if (signal.aborted) return;
    const id = `${rule.name} ${key}`;
    const item: Item = work.get(id) ?? { running: false, dirty: false, failures: 0 };
    work.set(id, item);
    if (item.dirty) return;
    item.dirty = true;
    if (!item.running) void limit(() => look(rule, key, item));
  }

  /** One timer a key: the next look sets it again, so that looks never multiply. */
  function later(rule: Rule, key: Key, item: Item, ms: number): void {
    item.timer?.abort();
    const timer = new AbortController();
    item.timer = timer;
    clock.sleep(ms, AbortSignal.any([signal, timer.signal])).then(
      () => add(rule, key),
      () => undefined,
    );
  }

  async function look(rule: Rule, key: Key, item: Item): Promise<void> {
    if (signal.aborted || item.running) return;
    item.timer?.abort();
    item.running = true;
    item.dirty = false;
    try {
      const outcome = await options.look(rule, key);
      if (outcome) later(rule, key, item, outcome.againMs);
      item.failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      item.failures += 1;
      // a conflict or a vanished object is ordinary: the watch brings what is new
      if (![404, 409].includes(statusOf(error) ?? 0)) onError?.(rule.name, key, messageOf(error));
      later(rule, key, item, Math.min(100 * 2 ** item.failures, 5000));
    } finally {
      item.running = false;
      if (item.dirty && !signal.aborted) void limit(() => look(rule, key, item));
    }
  }

  return {
    add,
    drop(rule, key) {
      work.get(`${rule.name} ${key}`)?.timer?.abort();
      work.delete(`${rule.name} ${key}`);
    },
  };
}
