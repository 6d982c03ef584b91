/** The namespaces of the SME demos on the mother (platform facts §6). The spec can add to them, never take away. */
import type { Sovereign } from '../sovereign/schema.js';

const builtIn = ['sme', 'marketplace', 'website', 'talentmesh', 'stalwart', 'openova-system'];

/** True for a namespace of the protected set, `tenant-*` included. */
export function isProtectedNamespace(sovereign: Sovereign, namespace: string): boolean {
  const added = sovereign.spec.mother.protected.namespaces;
  return namespace.startsWith('tenant-') || builtIn.includes(namespace) || added.includes(namespace);
}
