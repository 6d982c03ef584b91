/** The Work Breakdown Structure as data: phases, tickets, what is out of scope (seed §4–§9). No behavior. */
export interface Phase {
  id: number;
  title: string;
  /** Phases that gate it. */
  needs: readonly number[];
  /** Duration as the WBS §6 gives it. */
  duration: string;
  /** The same in days, lower and upper bound. */
  days: readonly [number, number];
}

export const phases: readonly Phase[] = [
  { id: 0, title: 'Pre-flight', needs: [], duration: '~1 day', days: [1, 1] },
  { id: 1, title: 'Foundational platform fixes', needs: [], duration: '1–2 days', days: [1, 2] },
  { id: 2, title: 'Infrastructure', needs: [1], duration: '1–2 days', days: [1, 2] },
  { id: 3, title: 'Data + State', needs: [2], duration: '3–4 days', days: [3, 4] },
  { id: 4, title: 'Registry + IaC + Backup', needs: [3], duration: '3–4 days', days: [3, 4] },
  { id: 5, title: 'Security + Observability', needs: [3], duration: '2–3 days', days: [2, 3] },
  { id: 6, title: 'Catalyst control plane', needs: [2, 4, 5], duration: '1–2 days', days: [1, 2] },
  { id: 7, title: 'Handover machinery', needs: [6], duration: '3–5 days', days: [3, 5] },
  { id: 8, title: 'End-to-end run + DoD verification', needs: [0, 7], duration: '2–3 days', days: [2, 3] },
];

/** Phase → phases before it, for the scheduler. */
export const phaseNeeds: ReadonlyMap<number, readonly number[]> = new Map(
  phases.map((phase) => [phase.id, phase.needs]),
);

export type TicketStatus = 'pending' | 'parked' | 'in flight' | 'failed' | 'done';

export interface Ticket {
  /** `#374`. */
  id: string;
  title: string;
  phase: number;
  /** Tickets and Blueprints; ids of engine steps. */
  dependsOn: readonly string[];
  /** Its status in §9 of the WBS as it was published: that of building the platform, and of no Sovereign. */
  published: string;
}

const ticket = (
  number: number,
  phase: number,
  title: string,
  dependsOn: readonly string[],
  published = 'parked',
): Ticket => ({ id: `#${number}`, title, phase, dependsOn, published });

export const tickets: readonly Ticket[] = [
  ticket(370, 0, 'Hetzner mock-data purge', []),
  ticket(371, 0, 'Object Storage credentials', []),
  ticket(338, 1, 'bp-flux: helm-controller bound to cluster-admin', ['bp-cilium'], 'pending'),
  ticket(372, 1, 'bp-traefik authored and installed', ['#338']),
  ticket(373, 2, 'cert-manager-powerdns-webhook, issuers, wildcard', ['bp-cert-manager', 'bp-powerdns']),
  ticket(374, 2, 'NS delegation from the parent zone', ['bp-powerdns', '#373']),
  ticket(375, 3, 'bp-nats-jetstream', ['#338']),
  ticket(376, 3, 'bp-gitea', ['bp-cnpg', '#338']),
  ticket(377, 3, 'bp-keycloak, a realm for the Sovereign', ['bp-cnpg', '#338']),
  ticket(316, 3, 'bp-openbao with auto-unseal', ['#338'], 'pending'),
  ticket(331, 3, 'bp-external-secrets, ClusterSecretStore split', ['#316'], 'pending'),
  ticket(378, 4, 'bp-crossplane', ['#338']),
  ticket(327, 4, 'bp-crossplane-claims, event-driven install', ['#378'], 'in flight, other session'),
  ticket(383, 4, 'bp-harbor on Hetzner Object Storage', ['bp-cnpg', 'bp-valkey', '#371']),
  ticket(384, 4, 'bp-velero on Hetzner Object Storage', ['#371', '#338']),
  ticket(379, 5, 'bp-kyverno', ['#338']),
  ticket(380, 5, 'bp-trivy', ['#338']),
  ticket(381, 5, 'bp-grafana: Alloy, Loki, Mimir, Tempo, Grafana', ['#338', '#371']),
  ticket(382, 5, 'bp-spire', ['#338', 'bp-cert-manager']),
  ticket(385, 6, 'bp-catalyst-platform as a single Blueprint', [
    '#338',
    'bp-cnpg',
    'bp-cert-manager',
    '#373',
    'bp-sealed-secrets',
    '#372',
    'bp-powerdns',
    '#374',
  ]),
  ticket(317, 7, 'Handover finalization, minimum retention', ['#385'], 'pending'),
  ticket(319, 7, 'Self-decommission and redirect', ['#317', '#374'], 'pending'),
];

/** Steps of the WBS that have no ticket of their own: id, phase, what it is, needs (tickets.md §2). */
export const unticketed: readonly { id: string; phase: number; title: string; needs: readonly string[] }[] = [
  { id: 'cluster', phase: 1, title: 'network, firewall, load balancer, servers, k3s', needs: [] },
  { id: 'bp-cilium', phase: 1, title: 'CNI, seeded before Flux, adopted by Flux', needs: ['cluster'] },
  { id: 'bp-cert-manager', phase: 2, title: 'TLS issuance', needs: ['#338'] },
  { id: 'bp-sealed-secrets', phase: 2, title: 'Secrets that can be committed to Git', needs: ['#338'] },
  { id: 'bp-cnpg', phase: 2, title: 'Postgres', needs: ['#338', '#371'] },
  { id: 'bp-valkey', phase: 2, title: 'cache', needs: ['#338'] },
  { id: 'bp-vcluster', phase: 2, title: 'virtual cluster per Organization', needs: ['#338'] },
  { id: 'bp-powerdns', phase: 2, title: 'authoritative DNS of the Sovereign', needs: ['bp-cnpg'] },
  { id: 'dod', phase: 8, title: 'End-to-end run and Definition of Done', needs: ['#370', '#319'] },
];

/** Steps that prove something of a cluster, and of what runs in it: all after the pre-flight. */
export const provenOfCluster: readonly string[] = [...tickets, ...unticketed]
  .filter(({ phase }) => phase > 0)
  .map(({ id }) => id);

/** §7: what is named and put out of scope, with the seed's reason. */
export const outOfScope: readonly { ids: readonly string[]; reason: string }[] = [
  {
    ids: ['#320', '#322', '#323', '#324', '#325', '#326'],
    reason:
      'IAM family (bastion, pod console, UserAccess editor): the Sovereign owner uses a static admin kubeconfig in the minimal set; it adds Day-2 enrichment',
  },
  { ids: ['#37'], reason: 'Catalyst docs overhaul' },
  { ids: ['#264', '#265'], reason: 'bp-knative and bp-kserve belong to the W2.K4 batch' },
  { ids: ['#109'], reason: 'cart-during-initial silent loss is a legacy bug on the SME side' },
  { ids: ['#335'], reason: 'CI rot fix: convenient, but it does not gate omantel' },
  { ids: ['#257'], reason: 'per-Sovereign cluster-directory cleanup: convenient' },
  { ids: ['#127', '#128'], reason: 'credential rotation: important, but parallel' },
];

const installs: Record<string, string> = {
  '#338': 'bp-flux',
  '#372': 'bp-traefik',
  '#373': 'bp-cert-manager-powerdns-webhook',
  '#375': 'bp-nats-jetstream',
  '#376': 'bp-gitea',
  '#377': 'bp-keycloak',
  '#316': 'bp-openbao',
  '#331': 'bp-external-secrets',
  '#378': 'bp-crossplane',
  '#327': 'bp-crossplane-claims',
  '#383': 'bp-harbor',
  '#384': 'bp-velero',
  '#379': 'bp-kyverno',
  '#380': 'bp-trivy',
  '#381': 'bp-grafana',
  '#382': 'bp-spire',
  '#385': 'bp-catalyst-platform',
};

/** What proves the steps that install no Blueprint; that of a Blueprint is in its blueprint.yaml. */
export const provenBy: Readonly<Record<string, string>> = {
  '#370': 'a fresh listing of the Hetzner project has no leftovers of this Sovereign',
  '#371': 'in each bucket, a probe object is listed, written, read and deleted with the keys',
  '#374': "the parent's servers refer to the Sovereign's, which agree on SOA and addresses",
  '#317':
    'the handover has revoked what the mother had, each old credential was tried and refused, and the mother keeps nothing of the Sovereign',
  '#319': 'the old addresses answer 301 to the Sovereign, and the mother keeps nothing of it',
  cluster: 'every server is a node of the cluster and Ready',
};

/** The Blueprint behind a ticket, when it installs one. */
export function blueprintOf(id: string): string | undefined {
  return installs[id];
}

/** `374`, `#374` → `#374`; other step ids stay. */
export function ticketId(text: string): string {
  return /^#?\d+$/.test(text) ? `#${text.replace('#', '')}` : text;
}
