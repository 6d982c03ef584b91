import { Flags } from '@oclif/core';
import type { PurgeChoices } from '../../actions/purge/plan.js';
import { type ResourceType, resourceTypes } from '../../hetzner/api/types.js';

/** What a purge may select beside the plain leftovers. */
export const purgeFlags = {
  'include-live': Flags.boolean({ description: 'also select the live cluster of this Sovereign' }),
  zones: Flags.boolean({ description: 'also select DNS zones with its label, with all their records' }),
  snapshots: Flags.boolean({ description: 'also select snapshots with its label' }),
  buckets: Flags.boolean({
    aliases: ['include-buckets'],
    description: 'also select Object Storage buckets with its marker, with every version of every object',
  }),
  unprotect: Flags.option({
    options: resourceTypes as ResourceType[],
    multiple: true as const,
    default: [],
    helpValue: 'TYPE',
    description: 'lift the delete protection of this type; can be repeated',
  })(),
};

export function purgeChoices(flags: {
  'include-live'?: boolean;
  zones?: boolean;
  snapshots?: boolean;
  buckets?: boolean;
  unprotect: ResourceType[];
}): PurgeChoices {
  // A flag that was not given is undefined, which a saved plan would lose.
  const { 'include-live': includeLive = false, zones = false, snapshots = false, buckets = false, unprotect } = flags;
  return { includeLive, zones, snapshots, buckets, unprotect };
}
