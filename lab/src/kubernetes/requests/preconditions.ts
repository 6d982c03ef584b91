/** What the caller of a change or deletion requires of the object as it is. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { conflict, modified } from './status.js';
import type { Target } from './target.js';

export interface Preconditions {
  uid?: string;
  resourceVersion?: string;
}

/** Throws the conflict that the API answers when the object has another UID or resourceVersion. */
export function checkPreconditions(
  { kind, name }: Target,
  current: KubeObject,
  given: Preconditions,
  deleting = false,
): void {
  const { uid, resourceVersion } = current.metadata;
  // A refused deletion names the kind where other conflicts name the resource.
  const subject = deleting ? { ...kind, plural: kind.kind } : kind;
  if (given.uid && given.uid !== uid) {
    const text = deleting
      ? `the UID in the precondition (${given.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`
      : `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${uid}`;
    throw conflict(subject, name, text);
  }
  if (!given.resourceVersion || given.resourceVersion === '0' || given.resourceVersion === resourceVersion) return;
  if (!deleting) throw modified(kind, name);
  const text = `the ResourceVersion in the precondition (${given.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
  throw conflict(subject, name, text);
}
