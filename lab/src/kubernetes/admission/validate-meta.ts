/** What metadata must look like, whatever the kind. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Kind } from '../kinds/kinds.js';
import { labelKeyProblem, labelValueProblem, problemsOf } from '../kinds/names.js';
import type { StatusCause } from '../requests/status.js';

const invalidAt = (field: string, value: unknown, why: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});
const ownFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];

export function metaCauses(kind: Kind, object: KubeObject, before: KubeObject | undefined): StatusCause[] {
  const { labels = {}, annotations = {}, finalizers = [], ownerReferences = [] } = object.metadata;
  const causes = nameProblems(kind, object.metadata.name).map((why) =>
    invalidAt('metadata.name', object.metadata.name, why),
  );
  for (const [key, value] of Object.entries(labels)) causes.push(...labelCauses('metadata.labels', key, value));
  for (const key of Object.keys(annotations)) {
    const why = labelKeyProblem(key.toLowerCase());
    if (why) causes.push(invalidAt('metadata.annotations', key, why));
  }
  for (const owner of ownerReferences as unknown as Record<string, unknown>[]) {
    const needed = {
      apiVersion: 'version must not be empty',
      kind: 'must not be empty',
      name: 'must not be empty',
      uid: 'must not be empty',
    };
    for (const [field, why] of Object.entries(needed)) {
      if (!owner[field]) causes.push(invalidAt(`metadata.ownerReferences.${field}`, '', why));
    }
  }
  for (const finalizer of finalizers as string[]) {
    const why = labelKeyProblem(finalizer);
    if (why) causes.push(invalidAt('metadata.finalizers', finalizer, why));
  }
  if (!kind.schema) {
    for (const [index, finalizer] of (finalizers as string[]).entries()) {
      if (finalizer.includes('/') || ownFinalizers.includes(finalizer)) continue;
      const why = 'name is neither a standard finalizer name nor is it fully qualified';
      causes.push(invalidAt(`metadata.finalizers[${index}]`, finalizer, why));
    }
  }
  return [...causes, ...addedFinalizers(object, before)];
}

export function labelCauses(field: string, key: string, value: unknown): StatusCause[] {
  const wrong = [
    [key, labelKeyProblem(key)],
    [value, labelValueProblem(String(value))],
  ] as const;
  return wrong.flatMap(([shown, why]) => (why ? [invalidAt(field, shown, why)] : []));
}

function nameProblems(kind: Kind, name: string): string[] {
  if (kind.group === 'rbac.authorization.k8s.io') return /[/%]|^\.{1,2}$/.test(name) ? [`may not contain '/'`] : [];
  return problemsOf(kind.group === '' && ['Namespace', 'Service'].includes(kind.kind) ? 'label' : 'subdomain', name);
}

function addedFinalizers(object: KubeObject, before: KubeObject | undefined): StatusCause[] {
  if (!before?.metadata.deletionTimestamp) return [];
  const had = (before.metadata.finalizers ?? []) as string[];
  const added = ((object.metadata.finalizers ?? []) as string[]).filter((finalizer) => !had.includes(finalizer));
  if (added.length === 0) return [];
  const list = `[]string{${added.map((one) => JSON.stringify(one)).join(', ')}}`;
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [{ reason: 'FieldValueForbidden', field: 'metadata.finalizers', message: `Forbidden: ${why}` }];
}
