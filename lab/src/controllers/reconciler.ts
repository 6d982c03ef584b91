/** Runs rules: each change of an object, or of something it depends on, leads to one look at it at a time, again later when it fails. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Clock } from 'catalyst/support/clock.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import type { LabKube } from '../kubernetes/client/client.js';
import type { Faults } from '../requests/faults.js';
import { objectWrites } from './object-writes.js';
import { createStore, type Key, type Kind, keyOf, type Store } from './store.js';
import { createWorkQueue } from './work-queue.js';
import type { LabWorld } from './world.js';

export interface ReconcileContext {
  store: Store;
  kube: LabKube;
  world: LabWorld;
  faults: Faults;
  clock: Clock;
  signal: AbortSignal;
  /** By a running Pod's uid: what its containers got from Secrets when they started. */
  environments: Map<string, Readonly<Record<string, string>>>;
  /** By a claim's uid: the files that Pods have written to its volume. */
  volumes: Map<string, Map<string, string>>;
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
  also?: Record<Kind, (changed: KubeObject, lab: ReconcileContext) => readonly Key[]>;
  /** Acts only while a Deployment of this name is available. */
  operator?: RegExp;
  reconcile(object: KubeObject, lab: ReconcileContext): Promise<Outcome> | Promise<void>;
  gone?(object: KubeObject, lab: ReconcileContext): Promise<void>;
}

const DEPLOYMENT = 'apps/v1/Deployment';

export function isAvailable(workload: KubeObject): boolean {
  const status = workload.status ?? {};
  const wanted = workload.kind === 'DaemonSet' ? (status.desiredNumberScheduled ?? -1) : (workload.spec?.replicas ?? 1);
  const ready = workload.kind === 'DaemonSet' ? (status.numberReady ?? 0) : (status.readyReplicas ?? 0);
  return status.observedGeneration === workload.metadata.generation && wanted > 0 && ready >= wanted;
}

/** True while an available Deployment has a name like that, in whatever namespace it was installed. */
export function operatorReady(lab: Pick<ReconcileContext, 'store'>, name: RegExp): boolean {
  return lab.store.list(DEPLOYMENT).some((object) => name.test(object.metadata.name) && isAvailable(object));
}

export interface ReconcilerOptions {
  kube: LabKube;
  world: LabWorld;
  faults: Faults;
  clock: Clock;
  signal: AbortSignal;
  rules: readonly Rule[];
  /** Told of a rule's failure; it is tried again by itself. */
  onError?: (rule: string, key: Key, message: string) => void;
}

/** Milliseconds until who could not act looks again. */
const downMs = 100;

export function createReconciler(options: ReconcilerOptions): ReconcileContext {
  const { kube, clock, signal, onError } = options;
  const rules = new Map<string, Rule>();
  const queue = createWorkQueue({ clock, signal, look, onError });

  async function look(rule: Rule, key: Key): Promise<Outcome> {
    // controllers run on machines too
    if (options.world.isDown?.()) return { againMs: downMs };
    const slash = key.indexOf('/');
    const object = lab.store.get(rule.kind, key.slice(0, slash), key.slice(slash + 1));
    if (object && (!rule.operator || operatorReady(lab, rule.operator)))
      return (await rule.reconcile(object, lab)) ?? undefined;
    return undefined;
  }

  function changed(kind: Kind, object: KubeObject, type: 'ADDED' | 'MODIFIED' | 'DELETED'): void {
    for (const rule of rules.values()) {
      if (rule.kind === kind) {
        if (type !== 'DELETED') queue.add(rule, keyOf(object));
        else {
          queue.drop(rule, keyOf(object));
          rule.gone?.(object, lab).catch((error: unknown) => onError?.(rule.name, keyOf(object), messageOf(error)));
        }
      }
      for (const key of rule.also?.[kind]?.(object, lab) ?? []) queue.add(rule, key);
      if (rule.operator && kind === DEPLOYMENT && rule.operator.test(object.metadata.name)) lab.recheck(rule.kind);
    }
  }

  const store = createStore({
    kube,
    signal,
    onChange: changed,
    onLost: (kind, error) => onError?.('watch', kind, messageOf(error)),
  });
  const lab: ReconcileContext = {
    kube,
    clock,
    signal,
    world: options.world,
    faults: options.faults,
    environments: new Map(),
    volumes: new Map(),
    store,
    ...objectWrites(kube, store),
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
        if (rule.kind === kind) for (const object of lab.store.list(kind)) queue.add(rule, keyOf(object));
    },
  };
  for (const rule of options.rules) lab.addRule(rule);
  return lab;
}

/** For `also`: every object of a kind, as keys. */
export const all =
  (kind: Kind) =>
  (_changed: KubeObject, lab: ReconcileContext): Key[] =>
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
