/** The throwaway Sovereign that a rehearsal walks: the same spec under a name, and with buckets, of its own. Pure. */
import { checkShape } from '../../../support/check-shape.js';
import { command } from '../../../support/commands/command.js';
import { fail } from '../../../support/errors/errors.js';
import { slugOf } from '../../sovereign-names.js';
import { parentZoneOf } from '../protected-names.js';
import { type Sovereign, sovereignSchema } from '../schema.js';
import { checkSpec } from './check-spec.js';

/** What `rehearse` takes without --name. */
export const throwawayName = 'test';

/** Of what the prefix of a bucket may have (schema.ts). */
const longestPrefix = 40;

/**
 * The same Sovereign and name always give the same spec, so that evidence can be bound to both.
 * @throws E4035 for a name that is the Sovereign's own, that the mother or the demos have, or that is none
 */
export function throwawayOf(sovereign: Sovereign, name: string): Sovereign {
  const { spec } = sovereign;
  const zone = parentZoneOf(sovereign);
  const fqdn = `${name}.${zone}`;
  // What Hetzner and the mother hold of a Sovereign has its slug in its name, which FQDNs can share.
  if (slugOf(fqdn) === slugOf(spec.fqdn) || name === sovereign.metadata.name)
    throw refused(name, `${name} is the name of ${spec.fqdn} itself`);
  const rest = spec.objectStorage.bucketPrefix.slice(0, Math.max(0, longestPrefix - name.length - 1));
  const bucketPrefix = `${rest}-${name}`;
  if (bucketPrefix === spec.objectStorage.bucketPrefix)
    throw refused(name, `its buckets would have the same names as those of ${spec.fqdn}`);
  const { data, error } = checkShape(sovereignSchema, {
    ...sovereign,
    metadata: { name },
    spec: {
      ...spec,
      fqdn,
      ...(spec.pool ? { pool: { domain: zone, subdomain: name } } : {}),
      parentZone: { ...spec.parentZone, zone },
      objectStorage: { ...spec.objectStorage, bucketPrefix },
    },
  });
  if (error) throw refused(name, `${error.issues[0]!.path.join('.')} ${error.issues[0]!.message}`);
  const [finding] = checkSpec(data);
  if (finding) throw refused(name, `${finding.path.join('.')} (${fqdn}) ${finding.message}`);
  return data;
}

export function refused(name: string, why: string) {
  return fail('E4035', `A rehearsal cannot use the name ${name}: ${why}. Nothing was changed.`, {
    actions: [`use another name: ${command('rehearse', { name: anotherName(name) })}`],
    data: { name },
  });
}

/** The default, and after that one that nothing has been tried with: the refusal of each leads to a further one. */
function anotherName(refusedName: string): string {
  const [, tried] = new RegExp(`^${throwawayName}(\\d*)$`).exec(refusedName) ?? [];
  return tried === undefined ? throwawayName : `${throwawayName}${Number(tried || 1) + 1}`;
}
