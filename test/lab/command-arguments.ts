/** Arguments with which each command is tried on a lab that was walked to phase 6; a command without an entry fails the tests that ask here. */
export interface Prepared {
  /** A Secret's value in a file, as `--from-file` wants it. */
  secret: string;
  /** A passphrase in a file. */
  passphrase: string;
  /** A further pair of keys of the Object Storage, as two lines in a file. */
  keyPair: string;
  /** A purge plan. */
  plan: string;
  /** An evidence file. */
  evidence: string;
  /** The public key of the Sovereign's evidence. */
  key: string;
  /** The journal. */
  journal: string;
  /** A folder in which anything may be written. */
  out: string;
  fqdn: string;
}

export const commandArguments: Record<string, (given: Prepared) => string[]> = {
  'blueprint:diff': () => ['bp-valkey'],
  'blueprint:lint': () => ['bp-valkey'],
  'blueprint:list': () => [],
  'blueprint:mirror': () => [],
  'blueprint:package': ({ out }) => ['bp-valkey', '--out', out],
  'blueprint:render': ({ out }) => ['bp-valkey', '--out', `${out}/rendered`],
  'blueprint:show': () => ['bp-valkey'],
  'cluster:create': () => [],
  'cluster:destroy': ({ fqdn }) => ['--confirm', fqdn],
  'cluster:kubeconfig': ({ out }) => ['--out', `${out}/kubeconfig`],
  'cluster:plan': () => [],
  'cluster:status': () => [],
  'credentials:forget': () => ['hcloud-token'],
  'credentials:list': () => [],
  'credentials:rekey': ({ passphrase }) => ['--to', 'passphrase', '--passphrase-file', passphrase],
  'credentials:rotate': ({ keyPair }) => ['object-storage', '--from-file', keyPair],
  'credentials:set': ({ secret }) => ['hcloud-token', '--from-file', secret],
  'credentials:show': () => [],
  'credentials:verify': () => [],
  'evidence:export': ({ out }) => ['--out', `${out}/evidence.tar`],
  'evidence:show': ({ evidence }) => [evidence],
  completion: () => ['bash'],
  doctor: () => [],
  explain: () => ['phase', '3'],
  graph: () => [],
  'handover:abort': () => [],
  'handover:decommission': ({ fqdn }) => ['--confirm', fqdn],
  'handover:finalize': ({ fqdn }) => ['--confirm', fqdn],
  'handover:plan': ({ out }) => ['--out', `${out}/handover.json`],
  'handover:redirect': () => [],
  'handover:status': () => [],
  init: () => ['--organization', 'Omantel', '--email', 'ops@omantel.om'],
  'journal:repair': ({ fqdn }) => ['--confirm', fqdn],
  'journal:show': () => [],
  'journal:verify': ({ journal }) => [journal],
  'lab:down': () => [],
  'lab:fault': () => ['status', '--server', 'hetzner', '--status', '500', '--count', '1'],
  'lab:list': () => [],
  'lab:keys': () => ['--make'],
  'lab:status': () => [],
  'lab:up': () => [],
  open: () => [],
  'phase:list': () => [],
  'phase:run': () => ['2', '--force', 'tried'],
  'phase:show': () => ['3'],
  plan: ({ out }) => ['--out', `${out}/plan.json`],
  preflight: () => [],
  'purge:apply': ({ plan, fqdn }) => [plan, '--confirm', fqdn],
  'purge:plan': ({ out }) => ['--include-live', '--out', `${out}/purge.json`],
  rehearse: () => [],
  resume: () => [],
  status: () => [],
  'support-bundle': ({ out }) => ['--out', `${out}/bundle.tar`],
  'ticket:list': () => [],
  'ticket:run': () => ['#376', '--force', 'tried'],
  'ticket:set': () => ['#317', '--status', 'parked'],
  'ticket:show': () => ['#376'],
  unlock: ({ fqdn }) => ['--confirm', fqdn],
  'verify:dod': () => ['--only', 'D4,D17'],
  'verify:evidence': ({ evidence, key }) => [evidence, '--key', key],
  'verify:protected': () => [],
  'verify:residue': () => [],
  'verify:round': () => [],
  'verify:umbilical': () => [],
  watch: () => [],
  wizard: () => [],
};
