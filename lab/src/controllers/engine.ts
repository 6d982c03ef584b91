/** Runs rules: each change of an object, or of something it depends on, leads to one look at it at a time, again later when it fails. */
import { isDeepStrictEqual } from 'node:util';
import { type KubeObject, refOfObject } from 'catalyst/kubernetes/client/kube.js';
import type { Clock } from 'catalyst/support/clock.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import pLimit from 'p-limit';
import type { Faults } from '../faults.js';
import type { LabKube } from '../kubernetes/client.js';
import { statusOf } from './api.js';
import { createStore, type Key, type Kind, keyOf, kindOf, type Store } from './store.js';
import type { LabWorld } from './world.js';

export interface Lab {
  store: Store;
  kube: LabKube;
  world: LabWorld;
  faults: Faults;
  clock: Clock;
  signal: AbortSignal;
  /** By a running Pod's uid: what its containers got from Secrets when they started. */
  environments: Map<string, Readonly<Record<string, string>>>;
  /** Server-side apply under a rule's name; the stored object. */
  apply(object: KubeObject, fieldManager?: string): Promise<KubeObject>;
  create(object: KubeObject): Promise<KubeObject>;
  /** Replaces fields of the status by merge patch, only when something differs. */
  setStatus(object: KubeObject, status: Record<string, unknown>): Promise<void>;
  patch(object: KubeObject, patch: Record<string, unknown>): Promise<KubeObject>;
  remove(object: KubeObject): Promise<void>;
  /** Adds a rule while running (claims of a new XRD). The same name twice changes nothing. */
  addRule(rule: Rule): void;
  /** Looks again at every object of a rule's kind. */
  recheck(kind: Kind): void;
}

/** What a rule wants after a look: nothing more, or another look after some milliseconds. */
export type Outcome = { againMs: number } | undefined;

export interface Rule {
  name: string;
  kind: Kind;
  /** Kinds whose changes concern objects of `kind`: keys to look at again. */
  also?: Record<Kind, (changed: KubeObject, lab: Lab) => readonly Key[]>;
  /** Acts only while a Deployment of this name is available. */
  operator?: RegExp;
  reconcile(object: KubeObject, lab: Lab): Promise<Outcome> | Promise<void>;
  gone?(object: KubeObject, lab: Lab): Promise<void>;
}

const DEPLOYMENT = 'apps/v1/Deployment';

export function isAvailable(workload: KubeObject): boolean {
  const status = workload.status ?? {};
  const wanted = workload.kind === 'DaemonSet' ? (status.desiredNumberScheduled ?? -1) : (workload.spec?.replicas ?? 1);
  const ready = workload.kind === 'DaemonSet' ? (status.numberReady ?? 0) : (status.readyReplicas ?? 0);
  return status.observedGeneration === workload.metadata.generation && wanted > 0 && ready >= wanted;
}

/** True while an available Deployment has a name like that, in whatever namespace it was installed. */
export function operatorReady(lab: Pick<Lab, 'store'>, name: RegExp): boolean {
  return lab.store.list(DEPLOYMENT).some((object) => name.test(object.metadata.name) && isAvailable(object));
}

/** True when `patch` (a merge patch) would change nothing in `value`. */
export function isCovered(value: unknown, patch: unknown): boolean {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
    return isDeepStrictEqual(value ?? null, patch ?? null);
  const there = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return Object.entries(patch).every(([key, wanted]) => wanted === undefined || isCovered(there[key], wanted));
}

interface Item {
  running: boolean;
  dirty: boolean;
  failures: number;
  timer?: AbortController;
}

export interface EngineOptions {
  kube: LabKube;
  world: LabWorld;
  faults: Faults;
  clock: Clock;
  signal: AbortSignal;
  rules: readonly Rule[];
  /** Told of a rule's failure; it is tried again by itself. */
  onError?: (rule: string, key: Key, message: string) => void;
}

export function createEngine(options: EngineOptions): Lab {
  const { kube, clock, signal, onError } = options;
  const rules = new Map<string, Rule>();
  const work = new Map<string, Item>();
  const limit = pLimit(24);

  function enqueue(rule: Rule, key: Key): void {
    if (signal.aborted) return;
    const id = `${rule.name} ${key}`;
    const item: Item = work.get(id) ?? { running: false, dirty: false, failures: 0 };
    work.set(id, item);
    if (item.dirty) return;
    item.dirty = true;
    if (!item.running) void limit(() => look(rule, key, item));
  }

  /** One timer a key: the next look sets it anew, so that looks never multiply. */
  function later(rule: Rule, key: Key, item: Item, ms: number): void {
    item.timer?.abort();
    const timer = new AbortController();
    item.timer = timer;
    clock.sleep(ms, AbortSignal.any([signal, timer.signal])).then(
      () => enqueue(rule, key),
      () => undefined,
    );
  }

  async function look(rule: Rule, key: Key, item: Item): Promise<void> {
    if (signal.aborted || item.running) return;
    item.timer?.abort();
    item.running = true;
    item.dirty = false;
    try {
      const slash = key.indexOf('/');
      const object = lab.store.get(rule.kind, key.slice(0, slash), key.slice(slash + 1));
      if (object && (!rule.operator || operatorReady(lab, rule.operator))) {
        const outcome = await rule.reconcile(object, lab);
        if (outcome) later(rule, key, item, outcome.againMs);
      }
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

  function changed(kind: Kind, object: KubeObject, type: 'ADDED' | 'MODIFIED' | 'DELETED'): void {
    for (const rule of rules.values()) {
      if (rule.kind === kind) {
        if (type !== 'DELETED') enqueue(rule, keyOf(object));
        else {
          work.get(`${rule.name} ${keyOf(object)}`)?.timer?.abort();
          work.delete(`${rule.name} ${keyOf(object)}`);
          rule.gone?.(object, lab).catch((error: unknown) => onError?.(rule.name, keyOf(object), messageOf(error)));
        }
      }
      for (const key of rule.also?.[kind]?.(object, lab) ?? []) enqueue(rule, key);
      if (rule.operator && kind === DEPLOYMENT && rule.operator.test(object.metadata.name)) lab.recheck(rule.kind);
    }
  }

  const lab: Lab = {
    kube,
    clock,
    signal,
    world: options.world,
    faults: options.faults,
    environments: new Map(),
    store: createStore({
      kube,
      signal,
      onChange: changed,
      onLost: (kind, error) => onError?.('watch', kind, messageOf(error)),
    }),
    async apply(object, fieldManager = 'lab') {
      const had = lab.store.get(kindOf(object), object.metadata.namespace, object.metadata.name);
      if (had && fieldManager === 'lab' && isCovered(had, object)) return had;
      const stored = {
        ...(await kube.apply(object, { fieldManager })),
        apiVersion: object.apiVersion,
        kind: object.kind,
      };
      lab.store.remember(stored);
      return stored;
    },
    async create(object) {
      const stored = { ...(await kube.create(object)), apiVersion: object.apiVersion, kind: object.kind };
      lab.store.remember(stored);
      return stored;
    },
    async setStatus(object, status) {
      const latest = lab.store.get(kindOf(object), object.metadata.namespace, object.metadata.name) ?? object;
      if (isCovered(latest.status ?? {}, status)) return;
      const stored = await kube.patchStatus(refOfObject(object), status);
      lab.store.remember({ ...stored, apiVersion: object.apiVersion, kind: object.kind });
    },
    async patch(object, patch) {
      const latest = lab.store.get(kindOf(object), object.metadata.namespace, object.metadata.name) ?? object;
      if (isCovered(latest, patch)) return latest;
      const stored = {
        ...(await kube.patch(refOfObject(object), patch)),
        apiVersion: object.apiVersion,
        kind: object.kind,
      };
      lab.store.remember(stored);
      return stored;
    },
    async remove(object) {
      await kube.delete(refOfObject(object));
      lab.store.forget(object);
    },
    addRule(rule) {
      if (rules.has(rule.name)) return;
      rules.set(rule.name, rule);
      lab.store.follow(rule.kind);
      for (const kind of Object.keys(rule.also ?? {})) lab.store.follow(kind);
      if (rule.operator) lab.store.follow(DEPLOYMENT);
      lab.recheck(rule.kind);
    },
    recheck(kind) {
      for (const rule of rules.values())
        if (rule.kind === kind) for (const object of lab.store.list(kind)) enqueue(rule, keyOf(object));
    },
  };
  for (const rule of options.rules) lab.addRule(rule);
  return lab;
}

/** For `also`: every object of a kind, as keys. */
export const all =
  (kind: Kind) =>
  (_changed: KubeObject, lab: Lab): Key[] =>
    lab.store.list(kind).map(keyOf);

/** For `also`: the owners of one kind. */
export const owners =
  (kind: string) =>
  (changed: KubeObject): Key[] =>
    (changed.metadata.ownerReferences ?? [])
      .filter((owner) => owner.kind === kind)
      .map((owner) => `${changed.metadata.namespace ?? ''}/${owner.name}`);

export const ownedBy = (owner: KubeObject, controller = true): Record<string, unknown> => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller,
  blockOwnerDeletion: controller,
});
