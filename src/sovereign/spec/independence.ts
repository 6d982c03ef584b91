/** What of independence is accepted from the beginning: the parent zone that the mother serves, which no handover can end. Pure. */
import type { Sovereign } from './schema.js';

export type AcceptedFinding = Sovereign['spec']['independence']['accepted'][number];

/** Id of the finding that the parent zone is served by the mother. */
export const parentFinding = (parent: string) => `parent ${parent}`;

/** The entry that a lab and the wizard write; a registrar's zone needs none. */
export function acceptedParent(parent: string): AcceptedFinding {
  return {
    what: parentFinding(parent),
    why: `the mother serves ${parent}; give it a secondary outside of the mother (a Hetzner DNS secondary zone, or the registrar)`,
    until: '90d',
  };
}

/** The accepted findings of `own`, and those of `more` that are about something else. */
export function joinAccepted(own: readonly AcceptedFinding[], more: readonly AcceptedFinding[]): AcceptedFinding[] {
  return [...own, ...more.filter(({ what }) => !own.some((one) => one.what === what))];
}
