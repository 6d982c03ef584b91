/** E4: engine, phases, proofs. */
import { type CodesOf, entry } from './entry.js';

export const engineCodes = {
  E4001: entry(
    'refused',
    'a prerequisite is not proven',
    'A phase or ticket that this one needs has no fresh proof. `--force <reason>` runs it anyway, and the evidence records the reason.',
  ),
  E4002: entry(
    'external',
    'a step failed',
    'A step of the run failed; independent steps continued, dependent ones were not started.',
  ),
  E4003: entry(
    'unfinished',
    'timed out',
    'A wait reached its deadline. What exists is recorded; `catalyst resume` continues.',
  ),
  E4004: entry(
    'refused',
    'a protected object',
    'The change would touch an object of the protected set (the SME demos). Nothing was changed.',
  ),
  E4005: entry(
    'refused',
    'the plan is stale',
    'The current state is not the one that was planned. Make a new plan and review it.',
  ),
  E4006: entry(
    'refused',
    'confirmation needed',
    'To destroy something, type the FQDN of the Sovereign or pass it with --confirm.',
  ),
  E4007: entry('refused', 'out of scope', 'The WBS §7 puts this ticket out of scope.'),
  E4008: entry('external', 'the journal is damaged', 'A line of journal.jsonl is not valid or breaks the hash chain.'),
  E4009: entry('external', 'a proof failed', 'What was installed does not do what its ticket requires.'),
  E4030: entry(
    'refused',
    'the journal belongs to another Sovereign or world',
    'A journal is bound to one FQDN, to one lab or the real world, and to one mother cluster, on its first line. What was proven elsewhere proves nothing here.',
  ),
  E4031: entry(
    'refused',
    'lines of the journal are missing or changed',
    'catalyst signs the head of the journal at the end of every run, and before a change that cannot be undone. The journal no longer has the lines that were signed: it was cut, replaced, removed, or restored from an older copy. `catalyst journal repair` accepts the journal as it is and records that; what the missing lines proved has to be proven again.',
  ),
  E4032: entry(
    'refused',
    'the signed head of the journal is missing or not valid',
    'journal.head.json is next to the journal and is signed with the evidence key of this Sovereign. It is missing, damaged, or signed with another key.',
  ),
  E4033: entry(
    'refused',
    'another cluster than the one that was created',
    "The UID of the Sovereign's kube-system namespace is recorded when its cluster is created, and replaced when the journal records that it was built again. The kubeconfig leads to another cluster.",
  ),
  E4034: entry(
    'refused',
    'another Hetzner project',
    'An empty placement group marks the project of a Sovereign, and the journal keeps its id. The project of the token has no such placement group, or another one: the token is probably of another project. A rotated token of the same project passes.',
  ),
  E4035: entry(
    'refused',
    'a rehearsal cannot start',
    "`catalyst rehearse` builds a throwaway Sovereign and wipes it. Its name must be free: not the Sovereign's own, not a name of the mother or the demos, not in use in DNS, in the pool or by a cluster at Hetzner, and not the name of a Sovereign that was built with the state of this machine. A rehearsal also needs a parent zone that catalyst can write and, in a lab, room for its cluster.",
  ),
} as const satisfies CodesOf<4>;
