/** Create, change and delete: the steps every write takes, whatever its verb, from the candidate object to the store. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Clock } from 'catalyst/support/clock.js';
import type { Admission } from '../admission/admission.js';
import { type DefaultSources, withDefaults } from '../admission/defaults.js';
import { validate } from '../admission/validate.js';
import { recordUpdate } from '../apply/managed-fields.js';
import { apiVersionOf, type Kind, storeKeyOf } from '../kinds/kinds.js';
import { shapeOf } from '../kinds/shape.js';
import type { WriteCall } from '../requests/caller.js';
import { checkPreconditions, type Preconditions } from '../requests/preconditions.js';
import { alreadyExists, forbidden, modified, notFound } from '../requests/status.js';
import type { Target } from '../requests/target.js';
import { bumpGeneration, isUnchanged, restoreImmutableFields, withoutNulls } from './candidate.js';
import type { Deletion, Propagation } from './deletion.js';
import { freshObject, nameOf, requireNamespace } from './fresh-object.js';
import type { Store } from './store.js';

export interface Writes {
  create(target: Target, object: KubeObject, call: WriteCall): Promise<KubeObject>;
  /**
   * Changes an object with `next`, which is asked again when another write came between. `next` gets undefined for an object
   * that is not there and may then answer one to be created (server-side apply), or throw.
   */
  change(
    target: Target,
    next: (current: KubeObject | undefined) => KubeObject,
    call: WriteCall,
    applied?: boolean,
  ): Promise<{ object: KubeObject; created: boolean }>;
  remove(
    target: Target,
    call: WriteCall,
    options: { propagation: Propagation; preconditions?: Preconditions },
  ): Promise<{ object: KubeObject; gone: boolean }>;
}

const attempts = 8;
const lasting = ['default', 'kube-system', 'kube-public'];

export function createWrites(tools: {
  store: Store;
  clock: Clock;
  admission: Admission;
  deletion: Deletion;
  sources: DefaultSources;
  /** Refuses what the caller may not grant. */
  guard: (kind: Kind, object: KubeObject, call: WriteCall) => void;
}): Writes {
  const { store, clock, admission, deletion, sources, guard } = tools;
  const now = () => `${clock.now().toISOString().slice(0, 19)}Z`;
  const currentOf = ({ kind, namespace, name }: Target) => store.get(storeKeyOf(kind), namespace, name);
  const writerOf = (kind: Kind, call: WriteCall) => ({
    manager: call.manager,
    apiVersion: apiVersionOf(kind),
    subresource: call.subresource,
    at: clock.now(),
  });

  async function create(target: Target, given: KubeObject, call: WriteCall, applied = false): Promise<KubeObject> {
    const { kind, namespace } = target;
    const named = nameOf(given, target);
    if (namespace !== undefined) requireNamespace(store, kind, named, namespace);
    const fresh = freshObject(target, named, given, now());
    let ready = withDefaults(fresh, kind, sources);
    await admission.mutate(kind, 'CREATE', ready, undefined, call);
    if (!applied) ready = recordUpdate(undefined, ready, writerOf(kind, call), shapeOf(kind));
    guard(kind, ready, call);
    validate(kind, ready, undefined);
    await admission.validate(kind, 'CREATE', ready, undefined, call);
    if (currentOf({ ...target, name: named })) throw alreadyExists(kind, named);
    return call.dryRun ? ready : store.put(storeKeyOf(kind), ready);
  }

  const change: Writes['change'] = async (target, next, call, applied = false) => {
    const { kind } = target;
    const key = storeKeyOf(kind);
    for (let attempt = 1; ; attempt += 1) {
      const current = currentOf(target);
      const wanted = next(current);
      if (!current) return { object: await create(target, wanted, call, applied), created: true };
      checkPreconditions(target, current, wanted.metadata);
      nameOf(wanted, target);
      const ready = await prepared(target, current, wanted, call, applied);
      if (currentOf(target) !== current) {
        // Somebody wrote while webhooks were asked: on the newer object, unless the caller named the older one.
        if (attempt >= attempts) throw modified(kind, target.name);
        continue;
      }
      if (isUnchanged(current, ready)) return { object: current, created: false };
      const risen = bumpGeneration(kind, current, ready);
      if (call.dryRun) return { object: risen, created: false };
      const kept = store.put(key, risen);
      deletion.settle(key, kept);
      return { object: kept, created: false };
    }
  };

  async function prepared(target: Target, current: KubeObject, wanted: KubeObject, call: WriteCall, applied: boolean) {
    const { kind } = target;
    const whole = restoreImmutableFields(kind, current, withoutNulls(wanted) as KubeObject, call.subresource);
    let ready = withDefaults(whole, kind, sources);
    await admission.mutate(kind, 'UPDATE', ready, current, call);
    if (!applied) ready = recordUpdate(current, ready, writerOf(kind, call), shapeOf(kind));
    guard(kind, ready, call);
    if (call.subresource === '') validate(kind, ready, current);
    await admission.validate(kind, 'UPDATE', ready, current, call);
    return ready;
  }

  const remove: Writes['remove'] = async (target, call, { propagation, preconditions }) => {
    const current = currentOf(target);
    if (!current) throw notFound(target.kind, target.name);
    if (target.kind.group === '' && target.kind.kind === 'Namespace' && lasting.includes(target.name)) {
      throw forbidden(target.kind, target.name, 'this namespace may not be deleted');
    }
    checkPreconditions(target, current, preconditions ?? {}, true);
    await admission.validate(target.kind, 'DELETE', undefined, current, call);
    if (call.dryRun) return { object: current, gone: !current.metadata.finalizers };
    return deletion.remove(target.kind, currentOf(target) ?? current, propagation);
  };

  return { create: (target, object, call) => create(target, object, call), change, remove };
}
