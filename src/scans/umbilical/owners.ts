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
  const { namespace, ownerReferences = [], labels = {} } = object.metadata;
  const owner = (ownerReferences as { kind: string; name: string; controller?: boolean }[]).find(
    ({ controller }) => controller === true,
  );
  if (owner === undefined) return;
  const named = (kind: string, name: string) =>
    nameOfObject({ kind, metadata: { name, ...(namespace ? { namespace } : {}) } });
  const by = named(owner.kind, owner.name);
  owners.set(nameOfObject(object), by);
  // The ReplicaSet may be gone before its last Pod is.
  const suffix = `-${labels['pod-template-hash']}`;
  if (owner.kind === 'ReplicaSet' && owner.name.endsWith(suffix) && !owners.has(by))
    owners.set(by, named('Deployment', owner.name.slice(0, -suffix.length)));
}

/** The finding with the object that its own comes from in the end; as it was where nothing makes that. */
export function withSource(finding: Finding, owners: Owners): Finding {
  let source = finding.where;
  for (let depth = 0; depth < deepest; depth += 1) source = owners.get(source) ?? source;
  return source === finding.where ? finding : { ...finding, source };
}
