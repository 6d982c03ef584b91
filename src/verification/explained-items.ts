/** What `catalyst explain` says of each item: how it is checked, what makes it fail, and what helps. Its title is in the checklist. */
import { command } from '../support/commands/command.js';

export interface ExplainedItem {
  checked: string;
  fails: string;
  /** What to type against a failure, beside checking it again. */
  helps?: string;
}

/** Of an item that has no check of its own. */
const follows = (...ids: string[]): ExplainedItem => ({
  checked: `It has no check of its own: it has the result of ${ids.join(' and ')}.`,
  fails: ids.map((id) => command('explain', id)).join('; '),
});

export const explainedItems: Readonly<Record<string, ExplainedItem>> = {
  D1: {
    checked:
      'Lists every release in every namespace of the Sovereign and compares them with the 24 Blueprints: chart version and archive as pinned, Ready, not suspended. Then looks at every workload that the charts specify. It looks twice, 30 seconds apart.',
    fails:
      'A release that is missing, one too many, another version or archive, suspended or not Ready; a workload with too few replicas or Pods that do not start.',
    helps: command('blueprint diff'),
  },
  D2: {
    checked:
      'Takes the proof of every step of phases 0 to 7 again, now. What was proven during the walk does not count.',
    fails: 'One proof that cannot be taken. The reason names the step.',
    helps: `the step that the reason names, such as ${command('ticket run', '376', { fresh: true })}`,
  },
  D3: {
    checked:
      "Lists every source that Flux reads. Git may only be the Sovereign's own Gitea; everything else must be the Sovereign's own, or exactly what the tree names. Then pushes a commit to Gitea and waits until it rolls out.",
    fails: 'A source elsewhere, a suspended source, or a commit that does not roll out.',
    helps: command('handover status'),
  },
  D4: {
    checked:
      "Asks the parent zone's servers, the Sovereign's own servers, and public resolvers. The parent must refer to the Sovereign's servers, which must agree on SOA and addresses. With a DS record in the parent, every resolver must validate the chain.",
    fails:
      "A parent server that refers elsewhere, a resolver that answers something else, the registrar's parking address, or a broken DNSSEC chain.",
    helps: command('ticket run', '374', { fresh: true }),
  },
  D5: {
    checked:
      "Connects to console, api, gitea, auth and harbor and verifies each certificate's chain and name. All certificates must be Ready and not overdue. Then orders a certificate and renews it, through the Sovereign's own PowerDNS.",
    fails: "A chain that does not verify, a wrong name, Traefik's default certificate, or a renewal that fails.",
    helps: command('ticket run', '373', { fresh: true }),
  },
  D6: {
    checked:
      "Reads what Keycloak publishes about the Sovereign's realm: the issuer must be the Sovereign's own host. Then requests a token.",
    fails: 'An issuer of another host, or no token.',
  },
  D7: {
    checked:
      'Takes three proofs again: OpenBao unseals without help after its Pod restarts, External Secrets delivers a value that was written to OpenBao, and Sealed Secrets unseals a probe.',
    fails: 'A store that stays sealed, or a value that does not arrive.',
  },
  D8: {
    checked:
      "Pushes an image to Harbor and pulls it by digest. Then looks up every blob of every image that Harbor lists in the Sovereign's own bucket.",
    fails: 'A push or pull that fails, or a blob that is not in that bucket.',
  },
  D9: {
    checked:
      "Backs up a probe and restores it, with Velero and with CloudNativePG. Then looks in the Sovereign's own buckets for each completed backup, the archive of each database, and a complete, recent snapshot of etcd.",
    fails:
      'A restore that fails, a backup location elsewhere, or a backup, archive or snapshot that is missing, incomplete or late.',
  },
  D10: {
    checked: "Sends a log line, a metric and a trace, and looks for each of them through Grafana's data sources.",
    fails: 'One of the three that is not found in time.',
  },
  D11: {
    checked:
      'Kyverno must refuse a privileged probe and report on another one; Trivy must report on the image of a probe workload.',
    fails: 'A probe that is admitted, or no report.',
  },
  D12: {
    checked:
      "Starts a probe workload and reads the identity (SVID) that SPIRE gives it. The identity must be in the Sovereign's own trust domain.",
    fails: 'No identity in time, or one of another trust domain.',
    helps: command('blueprint show', 'bp-spire'),
  },
  D13: {
    checked:
      "Claims a NodePool of one server, waits until the Sovereign's own Crossplane has created that server in the Hetzner project, and removes both. Elsewhere than in a lab, that costs money and needs --spend; otherwise the item is not checked.",
    fails: 'No server for the claim, or one that stays after the claim is removed.',
    helps: command('verify dod', { only: 'D13', spend: true }),
  },
  D14: {
    checked:
      'Searches everything on the Sovereign for references to its mother: every kind of object and every field, Git, DNS, files of nodes, and the connections opened while catalyst-api was stopped.',
    fails: 'A reference that spec.independence.accepted does not accept, or a place that could not be read.',
    helps: `${command('verify umbilical')}, which names each finding with its place and its remedy`,
  },
  D15: {
    checked:
      'Searches everything on the mother for what names this Sovereign: objects, records, files, DNS zones, Git and backups.',
    fails: 'Something of the Sovereign that is still there, or a place that could not be read.',
    helps: `${command('verify residue')}, which names each finding; ${command('handover decommission')} erases what is left`,
  },
  D16: {
    checked:
      'Reads the protected set on the mother (the SME demos, and everything that reconciles, routes, names or serves them) and compares it with the fingerprint taken before the first change on the mother. Their pages must answer.',
    fails:
      'A page that does not answer, or a difference that catalyst did not declare. Without an earlier fingerprint, the item is not checked.',
    helps: `${command('verify protected')}, which names each difference`,
  },
  D17: {
    checked:
      "Stops catalyst-api on the mother for five minutes (20 seconds in a lab), after arming an undo on the mother itself. A canary that depends on catalyst-api must turn red. Meanwhile, probes request the Sovereign's pages, API and DNS and the SME demos every 500 ms, and exercises push, pull, log in, renew, back up and reconcile.",
    fails:
      'A probe that fails or takes longer than 2 seconds, or an exercise that fails. If the canary stays green, or this machine was too slow to see, the verdict is INVALID and says nothing about the Sovereign.',
    helps: `the report, which plots each probe: ${command('open', 'report')}`,
  },
  D18: {
    checked:
      "Requests the Sovereign's old addresses on the mother: each must answer 301 to the Sovereign, with path and query. Then reads every route on the mother, and requests other pages there.",
    fails: 'An old address that answers something else, or any other page or route that leads to the Sovereign.',
    helps: command('handover redirect'),
  },
  D19: {
    checked:
      'Compares how long each step took with its earlier runs, the rehearsal included, or otherwise with the estimates that catalyst ships. A difference of 20 % or 15 seconds is accepted.',
    fails: 'A larger difference that no recorded wait explains.',
    helps: command('plan', { timeline: true }),
  },
  D20: {
    checked:
      'Reads the signed evidence of a rehearsal of the same spec, at most 30 days old, and derives its result from its own journal. Then lists what it could have left at Hetzner, in buckets and on the mother today.',
    fails:
      'Evidence of another spec, of a run that failed or did not end in the same state, or something that was left over. Without evidence, the item is not checked.',
    helps: command('rehearse'),
  },
  D21: {
    checked:
      "Loads the Sovereign's own console with all its files, and asks its own catalyst-api for its health, its Blueprints and its architecture.",
    fails:
      'A page or API that does not answer, a Blueprint that is not shown as installed, or a view without servers or volumes.',
    helps: command('open', 'console'),
  },
  D22: {
    checked:
      'Denies all egress of Pods by default for ten minutes (less in a lab), with a policy that expires on its own. Allowed is only a list that depends on the grade (L1 to L3). Meanwhile, every source and release reconciles twice, charts are pulled again, and canaries try to reach what is denied.',
    fails:
      'Something that does not reconcile or cannot be pulled in a window of L1; in a higher one, that lowers the grade. A canary that reaches what is denied makes the verdict INVALID.',
    helps: command('verify dod', { only: 'D22' }),
  },
  D23: {
    checked:
      'Powers off all servers at once and on again, with egress still denied. Then waits until everything is back without help: OpenBao unsealed, databases, Pods, Git, registry, DNS, and one reconciliation by Flux. A lab always does it; elsewhere it needs --black-start.',
    fails: 'Something that is not back in time, or that a person had to help with.',
  },
  W1: {
    checked: 'Every step of phases 0 to 7 must be proven in this journal, and D1 must pass.',
    fails: 'A step without a proof.',
    helps: command('resume'),
  },
  W2: follows('D19'),
  W3: {
    checked: 'No step may have failed. If one did, D20 must pass: the wipe was exercised, and the run was repeated.',
    fails: 'A failed step without a successful rehearsal.',
    helps: command('rehearse'),
  },
  W4: {
    checked:
      'The handover must have revoked what the mother had, every old credential must have been tried and refused, and D3 and D4 must pass.',
    fails: 'A handover that has not ended, or an old credential that still works or could not be tried.',
    helps: `${command('handover status')}; ${command('handover finalize')} continues it`,
  },
  W5: follows('D17'),
  W6: follows('D18'),
  W7: follows('D4'),
  W8: follows('D5'),
  W9: follows('D21'),
  W10: follows('D13'),
  W11: follows('D9'),
  W12: follows('D8'),
  W13: follows('D16', 'D17'),
};
