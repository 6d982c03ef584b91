/**
 * What may be written on the mother: nothing but what the table of allowed-writes.ts names. For every other cluster: nothing in the
 * namespaces of the SME demos. The spec can add to what is protected, never take away. Pure and synchronous, so that the gate can ask
 * before every single write; what the mother's objects say comes from mother-facts.ts.
 */
import type { Protects, Write } from '../../engine/protects.js';
import { isSystem } from '../../engine/systems.js';
import { nameConflict } from '../../sovereign/spec/protected-names.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { runLabel, sovereignLabel } from '../own-names.js';
import { type About, type AllowedWrite, keyOf, rowOf } from './allowed-writes.js';
import type { MotherFacts } from './mother-facts.js';
import { isDemoNamespace, isProtectedNamespace } from './protected-namespaces.js';

export { parentZoneOf, protectedPages } from '../../sovereign/spec/protected-names.js';
export { allowedWrites, protectedWrites } from './allowed-writes.js';
export { isProtectedNamespace } from './protected-namespaces.js';

/** Of a name server, whatever the system is called that they are said to be on. */
const nameKinds = new Set(['RRset', 'Zone', 'PoolAllocation']);

/**
 * For the gate.
 * @param runId of this run, which names what it makes
 * @param facts answers what was read from the mother, or undefined as long as it was not
 */
export function protection(
  sovereign: Sovereign,
  runId: string,
  facts: () => MotherFacts | undefined = () => undefined,
): Protects {
  return (write) => {
    const { system, kind, name } = write.target;
    const namespace = kind === 'Namespace' ? name : write.target.namespace;
    if (!isSystem(system)) return `"${String(system)}" is not a system that catalyst writes to.`;
    if (nameKinds.has(kind)) {
      const conflict = nameConflict(sovereign);
      if (conflict !== undefined) return `${sovereign.spec.fqdn} must not be the name of a Sovereign: ${conflict}.`;
    }
    if (system === 'mother' || system === 'dns' || nameKinds.has(kind)) {
      const known = facts();
      if (!known) return 'The protected set on the mother was not read, so catalyst writes nothing there.';
      return onMother(write, namespace, { sovereign, runId, facts: known });
    }
    if (system === 'sovereign' && namespace !== undefined && isDemoNamespace(namespace))
      return `Namespace ${namespace} belongs to the protected set (the SME demos), on any cluster.`;
    return undefined;
  };
}

function onMother(write: Write, namespace: string | undefined, about: About): string | undefined {
  const { target } = write;
  const { sovereign, facts } = about;
  const key = keyOf(target);
  const row = rowOf(write, about);
  const isOfTheFour = row?.undo !== undefined;
  if (!isOfTheFour && target.kind !== 'Zone' && namespace !== undefined && isProtectedNamespace(sovereign, namespace))
    return `Namespace ${namespace} belongs to the protected set (the SME demos).`;
  const guarded = facts.guarded.get(key);
  if (!isOfTheFour && guarded !== undefined) return `${key} belongs to the protected set: ${guarded}.`;
  if (!row)
    return `${key} is not among what catalyst writes on the mother: four kinds of write to protected objects, its own objects, and those that are ${sovereign.spec.fqdn}'s by exact identity.`;
  // FQDNs can differ and have the same slug
  const owner = facts.made.get(key);
  if (owner !== undefined && owner !== 'own')
    return `${key} exists and is not marked as ${sovereign.spec.fqdn}'s, so it belongs to ${owner === 'other' ? 'another Sovereign' : 'an unknown owner'}.`;
  return beyond(row, write) ?? misMarked(write, about);
}

/** Why a write is more than its row in the table allows. */
function beyond({ what, verbs, fields }: AllowedWrite, { target, verb, fields: written }: Write): string | undefined {
  if (verb === undefined) return undefined;
  if (!verbs.includes(verb))
    return `${keyOf(target)} is protected: only the ${what} may be changed, and not by ${verb}.`;
  if (verb === 'delete' || !fields) return undefined;
  const more = (written ?? ['all of it']).filter((field) => !fields.includes(field));
  if (more.length === 0) return undefined;
  return `${keyOf(target)} is protected: only ${fields.join(', ')} may be written, not ${more.join(', ')}.`;
}

/** What is made on the mother names its Sovereign; and no write names another one, or another run. */
function misMarked({ target, verb, labels = {} }: Write, { sovereign, runId }: About): string | undefined {
  if (target.system !== 'mother' || verb === undefined || verb === 'delete') return undefined;
  // has no labels; its name is the whole FQDN
  if (target.kind === 'Zone') return undefined;
  const { fqdn } = sovereign.spec;
  const made = verb === 'create' || verb === 'apply';
  const named = labels[sovereignLabel];
  if (named === undefined ? made : named !== fqdn)
    return `${keyOf(target)} would not be marked as ${fqdn}'s, so its owner could not be determined later.`;
  const run = labels[runLabel];
  return run === undefined || run === runId ? undefined : `${keyOf(target)} would be marked as made by run ${run}.`;
}
