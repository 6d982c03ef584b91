/** Terms that catalyst prints, as `catalyst explain` documents them. */
export const glossary: Readonly<Record<string, string>> = {
  sovereign:
    'A self-sufficient OpenOva Catalyst cloud: one Kubernetes cluster at Hetzner with the 24 Blueprints, under a name of its own.',
  mother:
    'The cluster (contabo, "Catalyst-Zero") that Sovereigns are created from. A Sovereign depends on it until the handover has ended.',
  blueprint:
    'One of the 24 components of a Sovereign: a chart at a pinned version with its values, installed by Flux. To list them: catalyst blueprint list',
  wbs: 'The Work Breakdown Structure of the walk: 9 phases and 22 tickets, with what each needs. Its durations are person-days of building the platform, not the time that a run takes.',
  phase: 'A group of tickets of the WBS, 0 to 8; each phase needs earlier ones. To list them: catalyst phase list',
  ticket: 'A piece of work of the WBS, such as #374. It is done once its proof has been taken on the live Sovereign.',
  walk: 'Phases 0 to 8 from an empty Hetzner project to the Definition of Done, on one journal.',
  status:
    'What the journal shows of a ticket or step: done (its proof was taken and still counts), in flight (begun, not ended), failed, interrupted (stopped before its end; continue with catalyst resume), blocked (not started because of another one), pending (not started), or parked (set aside by hand). To show it: catalyst status',
  level:
    'How far a ticket or Blueprint is: rendered (it renders against its real chart), verified (its own proof was taken), integrated (after that, D1 passed: it was Ready together with all others), DoD-met (proven again after the handover).',
  proof:
    'What shows that a step is done: a fact read from, or an experiment made on, the live Sovereign. It is stored with its time and signed.',
  handover:
    'The steps in which the Sovereign leaves its mother: its repository, DNS, certificates and credentials become its own. catalyst handover status shows how far it is.',
  'handover state':
    'How far a handover is, in this order. PREPARED: what the mother keeps of this Sovereign is listed. FROZEN: the mother no longer changes anything of it. COPIED: the Sovereign has its own Git tree and records. VERIFIED: the copies agree. ACTIVATED: the Sovereign follows its own Git; from here on there is no way back. REVOKED: what the mother knew opens nothing any more. DECOMMISSIONED: the mother keeps nothing, and redirects. To show it: catalyst handover status',
  umbilical:
    'Everything by which a Sovereign still depends on its mother: sources of Flux, credentials, names, webhooks. catalyst verify umbilical looks for it.',
  residue:
    'What the mother still keeps of a Sovereign that has left: records, files, Secrets, DNS. catalyst verify residue looks for it, catalyst handover decommission erases it.',
  redirect: "What the mother answers at the Sovereign's old address after the handover: 301 to the Sovereign.",
  rehearsal:
    'A throwaway Sovereign of the same spec that is built, proven and wiped, with proof that nothing of it is left. D20 requires one: catalyst rehearse',
  'kill experiment':
    'catalyst-api on the mother is stopped for a window, while probes and exercises run on the Sovereign (D17). It shows that nothing there depends on the mother.',
  baseline:
    'The time before something is stopped in which every probe must be green. Without it, a later failure would show nothing.',
  witness:
    'A probe of something that depends on neither cluster. If it is late too, this machine was too slow to see: the sample is not observed, which counts for nothing.',
  'egress window':
    'A time in which Pods of the Sovereign reach nothing outside but a short list, while everything reconciles (D22). The list depends on the grade.',
  'black start':
    'All servers are powered off at once and on again with the outside denied; everything must come back without help (D23).',
  canary: 'A probe that must fail during the kill experiment: it shows that catalyst-api was really down.',
  'not checked':
    'An item that could not be checked, with the reason. It never counts as a pass: the verdict is at best PARTIAL.',
  'left out':
    'An item that was not requested and that a verdict can do without, such as the black start of a real Sovereign. It does not lower the verdict.',
  emulated:
    'Done by the lab in place of a real system (emulated), or not possible in it (not in this world). Evidence names both, so that a lab never passes for more than it is.',
  verdict:
    'The result of verify dod: PASS, FAIL, PARTIAL (nothing failed, but something was not checked) or INVALID (the experiment itself did not work).',
  grade:
    'How independent a Sovereign was proven to be. L1: nothing reaches the mother. L2: nothing reaches OpenOva (its registry, repositories, domains). L3: nothing that runs or reconciles comes from a public source. A verdict says which one was proven, and what blocks the next.',
  L1: 'The grade of independence at which nothing reaches the mother: catalyst explain grade',
  L2: 'The grade of independence at which nothing reaches OpenOva: catalyst explain grade',
  L3: 'The grade of independence at which what runs and reconciles comes from no public source: catalyst explain grade',
  'accepted finding':
    'A reference to the mother that spec.independence.accepted accepts until a date, such as the parent zone that the mother serves.',
  tether:
    'One reference from the Sovereign to its mother, as verify umbilical and verify round find it. All tethers together are the umbilical.',
  round:
    'A check that a scheduler runs after the handover: one umbilical scan, one round of probes, and an alert when a tether returns. The result is CLEAN, ALERT, or INCOMPLETE if not everything could be checked: catalyst verify round',
  dod: 'The Definition of Done: items D1 to D23, and the checklist of the WBS, W1 to W13, which they answer. catalyst verify dod checks it.',
  evidence:
    'Signed files of what was proven, with an HTML report. Anybody can check them offline: catalyst verify evidence FILE',
  bundle: 'One signed file of evidence.',
  journal:
    'The record of every change, written before the change is made. A run that ended early continues from it. catalyst journal show prints it.',
  gate: 'The one place through which every change goes: it writes the journal, does nothing in a dry-run, and refuses protected objects.',
  fingerprint:
    'Hashes of the protected set at one moment: each object, name and page. Two of them show whether anything has changed: catalyst verify protected',
  'protected set':
    'The SME demos on the mother and everything that reconciles, routes, names or serves them. catalyst compares it before and after, and stops at a difference.',
  lease:
    'The file next to the journal that names the run working on a Sovereign. catalyst unlock shows it and takes it over.',
  lab: 'Hetzner, Object Storage, two clusters, DNS, Git, a registry and the mother, emulated on this machine. catalyst lab up starts one.',
  marker:
    'An empty placement group in the Hetzner project, and an object in each bucket, that name the Sovereign they belong to.',
  leftovers:
    "Resources that earlier attempts left in the Hetzner project. #370 deletes those that are marked as this Sovereign's, and nothing else.",
  wizard: 'The guided walk: questions, preflight, plan, phases 0 to 8, report.',
  spec: 'sovereign.yaml: the description of the Sovereign to build. It contains no secrets. To list its fields: catalyst explain',
};

/** Words that are explained as part of a term. */
export const partsOfTerms: Readonly<Record<string, string>> = {
  ...named('verdict', 'PASS', 'FAIL', 'PARTIAL', 'INVALID'),
  ...named('round', 'CLEAN', 'ALERT', 'INCOMPLETE'),
  ...named('status', 'done', 'in flight', 'failed', 'interrupted', 'blocked', 'pending', 'parked'),
  ...named('level', 'rendered', 'verified', 'integrated', 'DoD-met'),
  ...named('handover state', 'PREPARED', 'FROZEN', 'COPIED', 'VERIFIED'),
  ...named('handover state', 'ACTIVATED', 'REVOKED', 'DECOMMISSIONED'),
  ...named('emulated', 'not in this world'),
};

function named(term: string, ...words: readonly string[]): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, term]));
}
