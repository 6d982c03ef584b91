/** E2: Hetzner and Object Storage. */
import { type CodesOf, entry } from './entry.js';

export const hetznerCodes = {
  E2001: entry(
    'external',
    'Hetzner answered with an error',
    'The Hetzner Cloud API failed or answered in an unknown format.',
  ),
  E2002: entry('quota', 'Hetzner has no capacity', 'A quota of the project or the stock of a location is used up.'),
  E2003: entry(
    'credentials',
    'the Hetzner token was refused',
    'The token is wrong, expired, of another project or read-only.',
  ),
  E2004: entry(
    'external',
    'the outcome of a Hetzner call is unknown',
    'The connection or a gateway broke after a change was sent. It may have been applied: the next run looks it up by its operation id and adopts it.',
  ),
  E2005: entry(
    'usage',
    'the cluster does not fit',
    'A location, server type or size in the spec is not one that Hetzner offers or that a Sovereign can run on.',
  ),
  E2006: entry(
    'refused',
    'the name is taken',
    'A resource with a name that the Sovereign needs exists at Hetzner and was not made by catalyst. catalyst adopts only its own resources: purge it (#370) or rename it.',
  ),
  E2007: entry(
    'refused',
    'another project',
    'The plan was made with another Hetzner token; it may belong to another project. Make the plan again with the token at hand.',
  ),
  E2008: entry(
    'external',
    'the address to allow SSH from is unknown',
    'While a cluster is created its firewall allows SSH from one address only. Set spec.hetzner.sshFrom when catalyst cannot determine it.',
  ),
  E2009: entry(
    'refused',
    'keys of the cluster are missing',
    'Servers of this Sovereign exist, but the join token and SSH keys they were made with are not in the credential store of this machine. Nothing is added to a cluster whose keys are lost.',
  ),
  E2010: entry(
    'refused',
    'the plan selects resources of others',
    'Current evidence does not select a row of the purge plan: no label, exact name or inferred ownership leads to it, or something that stays uses it. The plan was edited, or the project has changed. Nothing was deleted; make a new plan.',
  ),
  E2011: entry(
    'refused',
    'the record of an unfinished purge was changed',
    'A purge that was interrupted left its plan in the state folder (purges/), and that file is not what catalyst wrote. It is the only evidence for resources whose server is already deleted, so nothing is inferred from it.',
  ),
  E2301: entry('external', 'Object Storage answered with an error', 'The S3 endpoint failed or refused a call.'),
  E2302: entry(
    'credentials',
    'the Object Storage keys were refused',
    'The access key or secret key is wrong, or lacks a permission.',
  ),
  E2303: entry(
    'refused',
    'a bucket belongs to someone else',
    'A bucket with a name that the Sovereign needs exists and does not have its marker. catalyst writes nothing to it.',
  ),
} as const satisfies CodesOf<2>;
