/** Users, groups and accounts by which the mother acts on the Sovereign. Pure. */
import type { KubeObject } from '../../kubernetes/client/kube.js';

/** Those that a binding names, or an account that is one; as `User contabo`. */
export function isMotherSubject({ apiVersion, kind, metadata, subjects }: KubeObject, mother: string): string[] {
  const isHers = (name: string) => {
    const words = name.toLowerCase().split(/[^a-z0-9]+/);
    return words.includes('mother') || words.includes(mother.toLowerCase());
  };
  if (kind === 'ServiceAccount' && apiVersion === 'v1')
    return isHers(metadata.name) ? [`ServiceAccount ${metadata.namespace}/${metadata.name}`] : [];
  if (!/^(Cluster)?RoleBinding$/.test(kind)) return [];
  const named = (subjects ?? []) as { kind: string; name: string; namespace?: string }[];
  return named
    .filter(({ name }) => isHers(name))
    .map((one) => `${one.kind} ${one.namespace ? `${one.namespace}/` : ''}${one.name}`);
}
