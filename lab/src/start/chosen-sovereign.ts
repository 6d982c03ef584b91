/**
 * The Sovereign that a lab is made for. A parent zone that is none of the pools is served by the same servers; Object Storage is one of
 * Hetzner's, whose address and region are those of its location.
 */
import { command } from 'catalyst/support/commands/command.js';
import { fail } from 'catalyst/support/errors/errors.js';
import { labFqdn, labLocation } from './lab-info.js';

/** Set in the environment of the command that starts the lab, which passes them on to the lab's process. */
export const fqdnVariable = 'CATALYST_LAB_FQDN';
export const locationVariable = 'CATALYST_LAB_LOCATION';

type Env = Readonly<Record<string, string | undefined>>;

/** Those with Object Storage (spec.objectStorage.location). */
const withObjectStorage = ['fsn1', 'nbg1', 'hel1'];

export interface ChosenSovereign {
  fqdn: string;
  /** Of the servers and of Object Storage. */
  location: string;
}

/** Throws E7003 for what is no name below a zone of at least two labels, and for a location without Object Storage. */
export function chosenSovereign(env: Env): ChosenSovereign {
  const fqdn = env[fqdnVariable] || labFqdn;
  const location = env[locationVariable] || labLocation;
  if (!/^[a-z][a-z0-9-]*(\.[a-z0-9-]+){2,}$/.test(fqdn))
    throw refused(fqdnVariable, fqdn, 'a name of at least three labels', 'sky.cloud.example');
  if (!withObjectStorage.includes(location))
    throw refused(locationVariable, location, `one of ${withObjectStorage.join(', ')}`, 'hel1');
  return { fqdn, location };
}

const refused = (variable: string, given: string, rule: string, example: string) =>
  fail('E7003', `${variable} is "${given}": it must be ${rule}.`, {
    actions: [`unset ${variable}`, `or, for one command: ${variable}=${example} ${command('lab up')}`],
  });
