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
    'Something of the SME demos is not as it was before. The run stops; the difference is in the message.',
  ),
  E5004: entry(
    'external',
    'a service of the mother answered with an error',
    'PowerDNS, the pool-domain-manager or catalyst-api on the mother failed or refused a call.',
  ),
  E5005: entry(
    'external',
    'a Job on the mother failed',
    'Files on the claim of catalyst-api are read and deleted by short Jobs; one of them failed or gave no answer.',
  ),
  E5006: entry(
    'refused',
    'the protected set differs from what was kept of it',
    'Before the first change on the mother, the state of the SME demos was kept. Something of it has changed since, and nobody has accepted that. Find out who changed it; then accept the differences, or put them back, before anything else is changed.',
  ),
  E5010: entry(
    'refused',
    'several objects for one role',
    'On the mother, more than one Deployment, claim, Kustomization, Ingress or zone could be the one that catalyst has to act on. It chooses none: name the right one in the spec, or remove the others from that role.',
  ),
  E5011: entry(
    'refused',
    'an object on the mother is not ours',
    'An object of the name that catalyst would write on the mother exists and does not carry this Sovereign in its label. Nothing was written to it.',
  ),
  E5020: entry(
    'external',
    'the undo cannot be armed on the mother',
    'Before catalyst-api is stopped, or the redirect made, a Job on the mother is armed that puts that back when nobody else does. The Job did not start, or its account may not do what it must; nothing was stopped or redirected.',
  ),
  E5021: entry(
    'locked',
    'another run holds the mother',
    'One run at a time acts on a mother, from whatever machine and for whatever Sovereign: it renews a Lease there. The message names the holder and when a dead one can be taken over.',
  ),
  E5022: entry(
    'locked',
    'an undo of another Sovereign is armed on the mother',
    'catalyst-api is stopped, or a redirect made, for another Sovereign, and the mother will put that back at the time in the message. What is there now must not be taken for what was found.',
  ),
  E5023: entry(
    'unfinished',
    'the mother has put back meanwhile',
    'The process slept or was too slow while catalyst-api was stopped or the redirect made, and the undo that was armed on the mother came first. What was under way was not finished.',
  ),
  E5024: entry(
    'locked',
    'another run cuts the egress of the Sovereign',
    'A run on another machine or state folder holds the egress block of D22. The cluster lifts it at the time in the message.',
  ),
  E5025: entry(
    'unfinished',
    'the egress block was lifted meanwhile',
    'The process slept or was too slow while the egress of the Sovereign was cut, and the Job on the cluster that lifts the block came first.',
  ),
  E5101: entry(
    'refused',
    'the handover is not in a state for that',
    'The handover goes PREPARED, FROZEN, COPIED, VERIFIED, ACTIVATED, REVOKED, DECOMMISSIONED. Before ACTIVATED it can be aborted; from there it only goes forward.',
  ),
  E5102: entry(
    'refused',
    'a deployment is in flight on the mother',
    'catalyst-api works on a deployment. Stopping it now would mark that deployment failed and leave resources behind.',
  ),
  E5103: entry(
    'external',
    'a copy is not equal',
    'What the Sovereign holds is not what was copied to it; the content hashes differ.',
  ),
  E5104: entry(
    'check-failed',
    'an old credential still works',
    'A credential that the mother knew was accepted when it was tried. The message says which, and how to end it.',
  ),
  E5105: entry(
    'external',
    'the handover record was changed',
    'The ConfigMap that keeps the state of the handover does not fit its signature.',
  ),
  E5106: entry(
    'check-failed',
    'the redirect does not do what it must',
    'The old address does not lead to the Sovereign, or another page of the same host is not as it was.',
  ),
  E5107: entry(
    'check-failed',
    'an old credential was not seen refused',
    "A credential that the mother knew names an address of the Sovereign, or one that cannot be told from it, and no 401 or 403 was seen there. That nothing answers proves nothing: a firewall may be in between. Let the mother reach the Sovereign's API and run the handover again.",
  ),
  E5110: entry(
    'refused',
    'the point of no return is behind',
    "The intent to cross the point of no return is recorded, or the Sovereign's Flux already reads its own Gitea. Walking back would leave two masters. `catalyst handover finalize` completes it.",
  ),
  E5111: entry(
    'refused',
    "people committed to the Sovereign's Gitea",
    'Going on, in either direction, would lose commits that somebody made there. `catalyst handover abort --keep-commits DIR` copies the repository to a folder first.',
  ),
  E5112: entry(
    'external',
    'the inventory is not complete',
    'A place that the mother may keep something of this Sovereign in could not be read. What cannot be read is never taken for empty.',
  ),
  E5113: entry(
    'refused',
    'a side is not healthy',
    'catalyst-api on the mother, or a node, a release or the Gitea of the Sovereign is not ready. A handover begins only when both sides are whole.',
  ),
} as const satisfies CodesOf<5>;
