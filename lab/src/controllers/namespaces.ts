/** Every namespace has its default ServiceAccount and the cluster's CA; what an owner leaves behind goes after it. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext, Rule } from './reconciler.js';
import type { Kind } from './store.js';

export const namespaces: Rule = {
  name: 'namespace',
  kind: 'v1/Namespace',
  async reconcile(namespace, lab) {
    if (namespace.metadata.deletionTimestamp) return;
    const name = namespace.metadata.name;
    await lab.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } });
    await lab.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-root-ca.crt', namespace: name },
      data: { 'ca.crt': lab.world.authority.certificate },
    });
  },
};

/** Kinds whose objects go with their owner. */
export const OWNED: readonly Kind[] = [
  'apps/v1/ReplicaSet',
  'v1/Pod',
  'v1/Secret',
  'v1/Service',
  'v1/PersistentVolumeClaim',
  'batch/v1/Job',
  'discovery.k8s.io/v1/EndpointSlice',
];

/** Deletes dependents of what was deleted, as the garbage collector does; a server that already did so is content too. */
export function garbage(owner: Kind): Rule {
  return {
    name: `garbage of ${owner}`,
    kind: owner,
    async reconcile() {},
    async gone(object: KubeObject, lab: ReconcileContext) {
      for (const kind of OWNED)
        for (const dependent of lab.store.list(kind, object.metadata.namespace))
          if (dependent.metadata.ownerReferences?.some((reference) => reference.uid === object.metadata.uid))
            await lab.remove(dependent);
    },
  };
}
