/** The namespaces of the SME demos on the mother (platform facts §6). The spec can add to them, never take away. */
import type { Sovereign } from '../../sovereign/spec/schema.js';

const demos = ['sme', 'marketplace', 'website', 'talentmesh', 'stalwart'];
/** PowerDNS and the pool-domain-manager, which name the demos. A Sovereign may have a namespace of this name too. */
const services = 'openova-system';

/** True for a namespace that holds demos, `tenant-*` included: whichever cluster has it is taken for the mother. */
export function isDemoNamespace(namespace: string): boolean {
  return namespace.startsWith('tenant-') || demos.includes(namespace);
}

/** True for a namespace of the protected set on the mother. */
export function isProtectedNamespace(sovereign: Sovereign, namespace: string): boolean {
  const added = sovereign.spec.mother.protected.namespaces;
  return isDemoNamespace(namespace) || namespace === services || added.includes(namespace);
}

/** Every namespace of the mother's that has a name of its own: the demos', her services', and catalyst's. */
export function protectedNamespaces({ spec: { mother } }: Sovereign): string[] {
  return [...new Set([...demos, services, mother.catalyst.namespace, ...mother.protected.namespaces])];
}
