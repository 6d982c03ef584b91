/** E4: engine, phases, proofs. */
import { type CodesOf, entry } from './entry.js';

export const engineCodes = {
  E4001: entry(
    'refused',
    'a prerequisite is not proven',
    'A phase or ticket that this one needs has no fresh proof. `--force <reason>` overrules, and the evidence keeps the reason.',
  ),
  E4002: entry(
    'external',
    'a step failed',
    'A step of the run failed; independent steps went on, dependent ones were not started.',
  ),
  E4003: entry(
    'unfinished',
    'timed out',
    'A wait reached its deadline. What exists is recorded; `catalyst resume` goes on.',
  ),
  E4004: entry(
    'refused',
    'a protected object',
    'The change would touch an object of the protected set (the SME demos). Nothing was changed.',
  ),
  E4005: entry(
    'refused',
    'the plan is stale',
    'The current state is not the one that was planned. Make a new plan and read it.',
  ),
  E4006: entry(
    'refused',
    'confirmation needed',
    'Destroying needs the FQDN of the Sovereign typed, or given by --confirm.',
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
    'At the end of every run, and before what cannot be undone, the head of the journal is signed. The journal no longer has the lines that were signed: it was cut, replaced, removed, or put back from an older copy. `catalyst journal repair` accepts what is there and journals that; what is missing has to be proven again.',
  ),
  E4032: entry(
    'refused',
    'the signed head of the journal is missing or not valid',
    'journal.head.json lies beside the journal and is signed with the evidence key of this Sovereign. It is missing, damaged, or signed with another key.',
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
    'a rehearsal cannot be made',
    "`catalyst rehearse` walks a throwaway Sovereign and wipes it. Its name must be nobody's: not the Sovereign's own, not one of the mother or the demos, not one that DNS, the pool or a cluster at Hetzner already has, and not one of a Sovereign that was built with the state of this machine. It also needs a parent zone that catalyst can write, and in a lab room for its cluster.",
  ),
} as const satisfies CodesOf<4>;
