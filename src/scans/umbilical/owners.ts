/**
 * Which object makes another one in the end: a Pod is a ReplicaSet's, which is a Deployment's. What a template names is found in each Pod
 * that is made of it, under a name that ends with the Pod; it is one reference all the same. Pure.
 */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { nameOfObject } from '../../mother/protected/ownership.js';
import type { Finding } from '../scan.js';

/** By what an object is called in findings, the one that controls it. */
export type Owners = Map<string, string>;

/** More than any controller nests; a cycle ends here. */
const deepest = 8;

export function noteOwner(object: KubeObject, owners: Owners): void {
  const references = (object.metadata.ownerReferences ?? []) as { kind: string; name: string; controller?: boolean }[];
  const owner = references.find(({ controller }) => controller === true);
  if (owner === undefined) return;
  const { namespace } = object.metadata;
  owners.set(
    nameOfObject(object),
    nameOfObject({ kind: owner.kind, metadata: { name: owner.name, ...(namespace ? { namespace } : {}) } }),
  );
}

/** The finding with the object that its own comes from in the end; as it was where nothing makes that. */
export function withSource(finding: Finding, owners: Owners): Finding {
  let source = finding.where;
  for (let depth = 0; depth < deepest; depth += 1) source = owners.get(source) ?? source;
  return source === finding.where ? finding : { ...finding, source };
}
