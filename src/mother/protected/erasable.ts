/** What the decommission deletes on the mother beside files, zone and Flux objects: objects whose ownership fields name this Sovereign and no other. */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { ownPrefix, sovereignLabel } from '../own-names.js';
import { readUses } from './in-use.js';
import { nameOfObject, ownershipOf } from './ownership.js';
import { isProtectedNamespace } from './protected-namespaces.js';

/** Kinds with nothing behind them; of these, what others use stays (in-use.ts). What runs, routes or stores is for a person to delete. */
export const erasableKinds = [
  ...['Secret', 'ConfigMap', 'ServiceAccount'].map((kind) => ({ apiVersion: 'v1', kind })),
  ...['HelmRepository', 'OCIRepository', 'Bucket'].map((kind) => ({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind })),
  ...['Role', 'RoleBinding'].map((kind) => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind })),
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
  { apiVersion: 'catalyst.openova.io/v1alpha1', kind: 'ProvisioningState' },
] as const;

/**
 * Those with the Sovereign's label that nothing else uses, and its ProvisioningStates, which have none. A kind that the mother does not serve
 * lists as empty.
 */
export async function readErasable(mother: Kube, { spec: { fqdn } }: Sovereign): Promise<KubeObject[]> {
  const labelSelector = `${sovereignLabel}=${fqdn}`;
  const lists = erasableKinds.map((kind) =>
    mother.list(kind.kind === 'ProvisioningState' ? kind : { ...kind, labelSelector }),
  );
  const found = (await Promise.all(lists)).flat();
  if (found.length === 0) return [];
  const used = await readUses(mother, fqdn);
  return found.filter((object) => !used.has(nameOfObject(object)));
}

/** What of the mother may be deleted beside that, by `Kind namespace/name`. Throws E5002 when it cannot be read. */
export async function readErasableNames(
  mother: Kube,
  sovereign: Sovereign,
  guarded: ReadonlyMap<string, string>,
): Promise<ReadonlySet<string>> {
  try {
    return new Set(erasableOf(sovereign, await readErasable(mother, sovereign), guarded).map(nameOfObject));
  } catch (error) {
    const { fqdn } = sovereign.spec;
    throw fail(
      'E5002',
      `What is ${fqdn}'s on the mother cluster (${mother.server}) cannot be read: ${messageOf(error)}`,
      {
        actions: [
          'let --mother-kubeconfig list these kinds in all namespaces: ' +
            erasableKinds.map(({ kind }) => kind).join(', '),
        ],
        cause: error,
      },
    );
  }
}

/** Those of them that are this Sovereign's alone and that nothing protected needs; what catalyst makes for itself goes another way. Pure. */
export function erasableOf(
  sovereign: Sovereign,
  objects: readonly KubeObject[],
  guarded: ReadonlyMap<string, string>,
): KubeObject[] {
  return objects.filter((object) => {
    const { name, namespace = '', ownerReferences = [] } = object.metadata;
    const isOwn = ownershipOf(object, sovereign.spec.fqdn) === 'own';
    const isFree = !isProtectedNamespace(sovereign, namespace) && !guarded.has(nameOfObject(object));
    return isOwn && isFree && !name.startsWith(ownPrefix) && ownerReferences.length === 0;
  });
}
