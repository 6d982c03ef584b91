/**
 * What must never be written: the SME demos on the mother and everything that reconciles, routes, names or serves them
 * (platform facts §6). The spec can add to it, never take away. Pure and synchronous, so that the gate can ask before every
 * single write; what the mother's objects say comes from mother-facts.ts.
 */
import { bareName, nameConflict, parentZoneOf } from '../sovereign/protected-names.js';
import type { Sovereign } from '../sovereign/schema.js';
import { type About, type AllowedWrite, allowedWrites, keyOf, type Write } from './allowed-writes.js';
import type { MotherFacts } from './mother-facts.js';
import { kubeconfigSecretOf } from './ownership.js';
import { isDemoNamespace, isProtectedNamespace } from './protected-namespaces.js';
import { reconcilerKinds } from './reconcilers.js';

export { parentZoneOf, protectedPages } from '../sovereign/protected-names.js';
export {
  allowedWrites,
  ownPrefix,
  redirectNameOf,
  type Write,
  type WriteTarget,
  type WriteVerb,
} from './allowed-writes.js';
export { isProtectedNamespace } from './protected-namespaces.js';

/** Why a write must not be made, or undefined. */
export type Protects = (write: Write) => string | undefined;

/** For the gate. `facts` answers what was read from the mother, or undefined as long as it was not. */
export function protection(sovereign: Sovereign, facts: () => MotherFacts | undefined = () => undefined): Protects {
  return (write) => {
    const about = { sovereign, facts: facts() };
    const { system, kind } = write.target;
    const namespace = kind === 'Namespace' ? write.target.name : write.target.namespace;
    if (system === 'dns' || kind === 'Zone' || kind === 'RRset' || kind === 'PoolAllocation')
      return forName(write, about);
    if (system === 'mother') return onMother(write, namespace, about);
    if (system === 'sovereign' && namespace !== undefined && isDemoNamespace(namespace))
      return `Namespace ${namespace} belongs to the protected set (the SME demos), on whichever cluster.`;
    return undefined;
  };
}

function onMother(write: Write, namespace: string | undefined, about: About): string | undefined {
  const { target } = write;
  if (!about.facts) return 'What is protected on the mother was not read, so nothing is written there.';
  const allowed = allowedWrites.find((one) => one.kinds.includes(target.kind) && one.is(target, about));
  if (allowed) return beyond(allowed, write);
  if (namespace !== undefined && isProtectedNamespace(about.sovereign, namespace))
    return `Namespace ${namespace} belongs to the protected set (the SME demos).`;
  if (target.kind === 'Namespace') return 'catalyst neither makes nor removes namespaces on the mother.';
  if (namespace === undefined) return `${keyOf(target)} belongs to the whole mother cluster, not to one Sovereign.`;
  const reason = about.facts.guarded.get(keyOf(target));
  if (reason !== undefined) return `${keyOf(target)} belongs to the protected set: ${reason}.`;
  const { catalyst } = about.sovereign.spec.mother;
  if (['Ingress', 'IngressRoute', 'IngressRouteTCP', 'HTTPRoute', 'Middleware'].includes(target.kind))
    return `${keyOf(target)} could lead a host of the SME demos elsewhere; catalyst writes its own redirect only.`;
  if (
    namespace === catalyst.namespace &&
    ['Deployment', 'Service', 'Certificate', 'PersistentVolumeClaim'].includes(target.kind)
  )
    return `${keyOf(target)} is a part of catalyst on the mother, which other Sovereigns use.`;
  if (reconcilerKinds.some(({ kind }) => kind === target.kind) && !about.facts.own.has(keyOf(target)))
    return `No ownership field of ${keyOf(target)} names ${about.sovereign.spec.fqdn}.`;
  if (target.kind === 'Secret' && target.name !== kubeconfigSecretOf(about.sovereign.spec.fqdn))
    return `${keyOf(target)} is not the kubeconfig of ${about.sovereign.spec.fqdn}; catalyst writes no other Secret on the mother.`;
  return undefined;
}

/** Why a write is more than its entry in the table allows. */
function beyond({ what, verbs, fields }: AllowedWrite, { target, verb, fields: written }: Write): string | undefined {
  if (verb === undefined) return undefined;
  if (!verbs.includes(verb))
    return `${keyOf(target)} is protected: of it only the ${what} may be changed, not by ${verb}.`;
  const more = fields && (written ?? ['all of it']).filter((field) => !fields.includes(field));
  if (!more || more.length === 0) return undefined;
  return `${keyOf(target)} is protected: of it only ${fields.join(', ')} may be written, not ${more.join(', ')}.`;
}

/** Record sets, zones and pool rows: nothing but this Sovereign's own name, in the parent zone or as its own zone. */
function forName({ target, verb }: Write, about: About): string | undefined {
  const { fqdn } = about.sovereign.spec;
  const conflict = nameConflict(about.sovereign);
  if (conflict !== undefined) return `${fqdn} must not be the name of a Sovereign: ${conflict}.`;
  if (target.kind === 'RRset') {
    const allowed = allowedWrites.find((one) => one.kinds.includes('RRset') && one.is(target, about));
    if (allowed) return beyond(allowed, { target, verb });
    return `RRset ${target.name} is not at or below ${fqdn} in the parent zone ${parentZoneOf(about.sovereign)}.`;
  }
  if (bareName(target.name) === bareName(fqdn)) return undefined;
  return `${target.kind} ${target.name} does not belong to ${fqdn}.`;
}
