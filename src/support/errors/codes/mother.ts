/** E5: mother, handover. */
import { type CodesOf, entry } from './entry.js';

export const motherCodes = {
  E5001: entry(
    'external',
    'catalyst-api was not found on the mother',
    'The objects that the spec names as defaults are not on the mother cluster, and none like them were discovered.',
  ),
  E5002: entry(
    'external',
    'the protected set cannot be read',
    'The SME demos could not be read from the mother cluster, so nothing could be compared with them later.',
  ),
  E5003: entry(
    'refused',
    'the protected set has changed',
    'Something in the SME demos has changed. The run stops; the message has the difference.',
  ),
  E5004: entry(
    'external',
    'a service of the mother answered with an error',
    'PowerDNS, the pool-domain-manager or catalyst-api on the mother failed or refused a call.',
  ),
  E5005: entry(
    'external',
    'a Job on the mother failed',
    'catalyst reads and deletes files on the claim of catalyst-api with short Jobs; one of them failed or returned nothing.',
  ),
  E5006: entry(
    'refused',
    'the protected set differs from its recorded state',
    'Before the first change on the mother, catalyst recorded the state of the SME demos. Something in it has changed since, and nobody has accepted that. Find out who changed it; then accept the differences, or revert them, before anything else is changed.',
  ),
  E5010: entry(
    'refused',
    'several objects for one role',
    'On the mother, more than one Deployment, claim, Kustomization, Ingress or zone could be the one that catalyst has to act on. It chooses none: name the right one in the spec, or remove the others from that role.',
  ),
  E5011: entry(
    'refused',
    'an object on the mother belongs to someone else',
    "An object with a name that catalyst would write on the mother exists, and its label does not name this Sovereign; or the mother's zone of this name has records that neither the pool-domain-manager nor catalyst wrote. Nothing was written to it. Find out whose it is.",
  ),
  E5020: entry(
    'external',
    'the undo cannot be armed on the mother',
    'Before catalyst-api is stopped or the redirect is created, catalyst arms a Job on the mother that reverts this if nobody else does. The Job did not start, its account lacks permissions, or catalyst-api was scaled after the Job was prepared; nothing was stopped or redirected.',
  ),
  E5021: entry(
    'locked',
    'another run holds the mother',
    'Only one run at a time can act on a mother, from any machine and for any Sovereign; it holds a Lease there. The message names the holder, and when the Lease of a dead run can be taken over.',
  ),
  E5022: entry(
    'locked',
    'an undo of another Sovereign is armed on the mother',
    'catalyst-api is stopped, or a redirect was created, for another Sovereign, and the mother will revert it at the time in the message. catalyst must not record that temporary state as the original one.',
  ),
  E5023: entry(
    'unfinished',
    'the mother has already reverted it',
    'The process was suspended or too slow while catalyst-api was stopped or the redirect was being created, and the undo armed on the mother ran first. The work in progress was not finished.',
  ),
  E5024: entry(
    'locked',
    'another run has cut the egress of the Sovereign',
    'A run on another machine or state folder holds the egress block of D22 or D23. The cluster lifts it at the time in the message.',
  ),
  E5025: entry(
    'unfinished',
    'the egress block was already lifted',
    'The process was suspended or too slow while the egress of the Sovereign was cut, and the Job on the cluster that lifts the block ran first.',
  ),
  E5030: entry(
    'refused',
    'no zone was exported',
    "When catalyst delegates a name, it stores what it replaces on the mother's name servers in the encrypted credential store of the state folder: the mother's own zone of that name with its keys, and the record sets in the parent zone. This state folder has none.",
  ),
  E5101: entry(
    'refused',
    'the handover is in another state',
    'The states of a handover are PREPARED, FROZEN, COPIED, VERIFIED, ACTIVATED, REVOKED and DECOMMISSIONED. It can be aborted before ACTIVATED; from there on it only goes forward.',
  ),
  E5102: entry(
    'refused',
    'a deployment is in flight on the mother',
    'catalyst-api is working on a deployment. Stopping it now would mark that deployment failed and leave resources behind.',
  ),
  E5103: entry(
    'external',
    'a copy differs',
    'The copy on the Sovereign differs from the original: their content hashes are not the same.',
  ),
  E5104: entry(
    'unfinished',
    'an old credential still works',
    'A cluster, the cloud API or the Object Storage accepted a credential that the mother knew. The message names it and how to revoke it. The handover waits for that: it continues once catalyst has seen that the same credential is refused.',
  ),
  E5105: entry(
    'external',
    'the handover record was changed',
    'The ConfigMap that keeps the state of the handover does not match its signature.',
  ),
  E5106: entry(
    'check-failed',
    'the redirect does not work',
    'The old address does not lead to the Sovereign, or another page of the same host has changed.',
  ),
  E5107: entry(
    'unfinished',
    'an old credential is not proven to be refused',
    "A credential that the mother knew names an address of the Sovereign, or one that cannot be distinguished from it, and no 401 or 403 came from there. Silence proves nothing: a firewall may be in between. The handover waits for that: let the mother reach the Sovereign's API and run it again.",
  ),
  E5110: entry(
    'refused',
    'the point of no return was crossed',
    "The intent to cross the point of no return is recorded, or the Sovereign's Flux already reads its own Gitea. Walking back would leave two masters. `catalyst handover finalize` completes it.",
  ),
  E5111: entry(
    'refused',
    "people committed to the Sovereign's Gitea",
    'Continuing, in either direction, would lose commits that somebody made there. `catalyst handover abort --keep-commits DIR` copies the repository to a folder first.',
  ),
  E5112: entry(
    'external',
    'the inventory is not complete',
    'A place where the mother may keep something of this Sovereign could not be read. catalyst never treats an unreadable place as empty.',
  ),
  E5113: entry(
    'refused',
    'a side is not healthy',
    'catalyst-api on the mother, or a node, a release or the Gitea of the Sovereign is not ready. A handover starts only when both sides are healthy.',
  ),
} as const satisfies CodesOf<5>;
