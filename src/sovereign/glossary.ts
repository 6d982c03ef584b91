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
  parked: 'A ticket that was set aside by hand: catalyst ticket set 338 --status parked',
  pending: 'A ticket or step that has not been started.',
  proof:
    'What shows that a step is done: a fact read from, or an experiment made on, the live Sovereign. It is stored with its time and signed.',
  handover:
    'The steps in which the Sovereign leaves its mother: its repository, DNS, certificates and credentials become its own. catalyst handover status shows how far it is.',
  umbilical:
    'Everything by which a Sovereign still depends on its mother: sources of Flux, credentials, names, webhooks. catalyst verify umbilical looks for it.',
  residue:
    'What the mother still keeps of a Sovereign that has left: records, files, Secrets, DNS. catalyst verify residue looks for it, catalyst handover decommission erases it.',
  redirect: "What the mother answers at the Sovereign's old address after the handover: 301 to the Sovereign.",
  rehearsal:
    'A throwaway Sovereign of the same spec that is built, proven and wiped, with proof that nothing of it is left. D20 requires one: catalyst rehearse',
  'kill experiment':
    'catalyst-api on the mother is stopped for a window, while probes and exercises run on the Sovereign (D17). It shows that nothing there depends on the mother.',
  canary: 'A probe that must fail during the kill experiment: it shows that catalyst-api was really down.',
  verdict:
    'The result of verify dod: PASS, FAIL, PARTIAL (nothing failed, but something was not checked) or INVALID (the experiment itself did not work).',
  grade:
    'How independent a Sovereign was proven to be. L1: nothing reaches the mother. L2: nothing reaches OpenOva (its registry, repositories, domains). L3: nothing that runs or reconciles comes from a public source. A verdict says which one was proven, and what blocks the next.',
  L1: 'The grade of independence at which nothing reaches the mother: catalyst explain grade',
  L2: 'The grade of independence at which nothing reaches OpenOva: catalyst explain grade',
  L3: 'The grade of independence at which what runs and reconciles comes from no public source: catalyst explain grade',
  'accepted finding':
    'A reference to the mother that spec.independence.accepted accepts until a date, such as the parent zone that the mother serves.',
  round:
    'A check that a scheduler runs after the handover: one umbilical scan, one round of probes, and an alert when a tether returns. The result is CLEAN, ALERT, or INCOMPLETE if not everything could be checked: catalyst verify round',
  dod: 'The Definition of Done: items D1 to D23, and the checklist of the WBS, W1 to W13, which they answer. catalyst verify dod checks it.',
  evidence:
    'Signed files of what was proven, with an HTML report. Anybody can check them offline: catalyst verify evidence FILE',
  bundle: 'One signed file of evidence.',
  journal:
    'The record of every change, written before the change is made. A run that ended early continues from it. catalyst journal show prints it.',
  gate: 'The one place through which every change goes: it writes the journal, does nothing in a dry-run, and refuses protected objects.',
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
  spec: 'sovereign.yaml: the description of the Sovereign to build. It contains no secrets. catalyst explain lists its fields.',
};
