/** The checklist of dod.md: D1–D23 and the WBS's own W1–W13, which are answered by them. */
import { assertRefused } from '../../handover/mother/revoke.js';
import { hasReached } from '../../handover/record.js';
import { possibleGrade } from '../../scans/grade.js';
import { command } from '../../support/commands/command.js';
import { messageOf } from '../../support/errors/errors.js';
import { blackStart, isTaken } from '../black-start/black-start.js';
import { type EgressSeen, provenBy } from '../experiment/egress/judge-egress.js';
import { blockEgress } from '../experiment/egress-block.js';
import { delegationChain } from './checks/delegated-names.js';
import { durations } from './checks/durations.js';
import { etcdSnapshotWhole } from './checks/etcd-snapshot.js';
import { everyProof } from './checks/every-proof.js';
import { gitLoop } from './checks/git-loop.js';
import {
  killSurvived,
  protectedUnchanged,
  redirectWorks,
  residueZero,
  takeUmbilical,
  umbilicalClean,
} from './checks/independence.js';
import { certificates } from './checks/names.js';
import { nodePool } from './checks/node-pool.js';
import { backupsInOwnBucket, databasesInOwnBucket, pushesInOwnBucket } from './checks/own-buckets.js';
import { ownConsole } from './checks/own-console.js';
import { releasesLive } from './checks/releases-live.js';
import { failuresOf, walkedThrough } from './checks/run.js';
import { type Answer, allOf, failed, type ItemResult, notChecked, passed } from './item.js';
import { proofOf, type Scope } from './scope.js';

export interface Item {
  id: string;
  title: string;
  repeat: string;
  /** Items whose answers it is made of. */
  of?: readonly string[];
  /** Tickets and Blueprints whose proofs answer it. */
  proofs?: readonly string[];
  check(scope: Scope, answers: ReadonlyMap<string, ItemResult>): Promise<Answer>;
}

const again = (id: string) => command('verify dod', { only: id });
const item = (id: string, title: string, check: Item['check'], repeat = again(id)): Item => ({
  id,
  title,
  repeat,
  check,
});
const ticket = (id: string, title: string, ...tickets: string[]): Item => ({
  ...item(
    id,
    title,
    async (scope) =>
      allOf(await Promise.all(tickets.map(async (one) => ({ id: one, ...(await proofOf(scope, one)) })))),
    tickets.map((one) => command('ticket run', one.replace('#', ''))).join('; '),
  ),
  proofs: tickets,
});
/** A W-item is answered by D-items. */
const by = (id: string, title: string, ...of: string[]): Item => ({
  id,
  title,
  repeat: of.map(again).join('; '),
  of,
  check: async (_scope, answers) => {
    const own = of.map((one) => answers.get(one) ?? { id: one, ...notChecked('not asked for') });
    const answer = allOf(own);
    if (answer.status === 'pass') return answer;
    // Their reasons are with them.
    const decisive = own.filter(({ status }) => status === answer.status).map((one) => one.id);
    return { ...answer, reason: `follows from ${decisive.join(', ')}`, follows: decisive };
  },
});

/** Whose proofs answer D8 and D9, beside what is in the buckets. */
export const pushProof = '#383';
export const claimProofs = ['#378', '#327'] as const;
export const backupProofs = ['#384', 'bp-cnpg'] as const;

export const checklist: readonly Item[] = [
  item('D1', 'exactly the 24 Blueprints, at their pins, healthy', releasesLive),
  item('D2', "every ticket's own proof, taken now", everyProof),
  item('D3', "GitOps loop: only the Sovereign's Gitea", gitLoop),
  item('D4', 'DNS: delegation from the parent down', delegationChain),
  item('D5', 'TLS: chains verify, issued through its own PowerDNS', certificates),
  ticket('D6', 'identity: own issuer, a token is issued', '#377'),
  ticket('D7', 'secrets: unsealed after a restart, materialized, unsealed', '#316', '#331', 'bp-sealed-secrets'),
  item('D8', 'registry: push, pull by digest, in its own bucket', async (scope) =>
    // what the proof pushes is in the bucket before the listing is read
    inOrder([pushProof], scope, { pushes: pushesInOwnBucket }),
  ),
  item('D9', 'backup and restore, in its own buckets', async (scope) =>
    inOrder(backupProofs, scope, {
      velero: backupsInOwnBucket,
      databases: databasesInOwnBucket,
      etcd: etcdSnapshotWhole,
    }),
  ),
  ticket('D10', 'observability: log, metric, trace found', '#381'),
  ticket('D11', 'policy and scan: refusal and report', '#379', '#380'),
  ticket('D12', 'workload identity', '#382'),
  item('D13', 'Day-2: a NodePool is added and removed by a claim', (scope) =>
    inOrder(claimProofs, scope, { nodePool }),
  ),
  item('D14', 'umbilical scan is clean', umbilicalClean, command('verify umbilical')),
  item('D15', 'residue on the mother is zero', residueZero, command('verify residue')),
  item('D16', 'protected set unchanged, its pages answer', protectedUnchanged, command('verify protected')),
  item('D17', 'catalyst-api on the mother killed: no effect on the Sovereign', killSurvived),
  item('D18', 'redirect works and touches nothing else', redirectWorks),
  item('D19', 'step durations against their estimates', durations),
  item('D20', 'wipe and re-provision left no orphan and ended in the same state', reprovisioned, command('rehearse')),
  item('D21', "the Sovereign's own console and catalyst-api answer", ownConsole),
  item('D22', 'egress denied by default: every source and release reconciles', egressBlocked),
  item(
    'D23',
    'black start: all servers off and on, the outside denied, everything comes back',
    startsAlone,
    command('verify dod', { only: 'D23', 'black-start': true }),
  ),
  {
    ...item('W1', 'the wizard ran end to end with the minimal set of 24', async (scope, answers) =>
      allOf([await walkedThrough(scope), answers.get('D1') ?? notChecked('D1 was not asked for')]),
    ),
    of: ['D1'],
  },
  by('W2', 'each step within ±20 % of its estimate', 'D19'),
  {
    ...item('W3', 'no error chains; after a failure the wipe was exercised', async ({ journal, steps }, answers) => {
      const failures = failuresOf({ journal, steps });
      if (failures.length === 0) return passed('no step is failed; no wipe was needed');
      const wiped = answers.get('D20');
      return wiped?.status === 'pass' ? passed(wiped.reason) : failed(failures.join('; '));
    }),
    of: ['D20'],
  },
  {
    ...item('W4', 'handover triggered; the Sovereign took over its FQDN', async ({ record }, answers) => {
      const state = record?.state;
      const handed =
        state === 'REVOKED' || state === 'DECOMMISSIONED'
          ? passed(`handover ${state} since ${record?.history.at(-1)?.at}`)
          : failed(`the handover is ${state ?? 'not begun'}`);
      return allOf([
        handed,
        ...oldCredentials(record),
        ...['D3', 'D4'].map((id) => answers.get(id) ?? notChecked(`${id} was not asked for`)),
      ]);
    }),
    of: ['D3', 'D4'],
  },
  by('W5', 'catalyst-api killed for the window: requests are served', 'D17'),
  by('W6', "the old address answers 301 to the Sovereign's /sovereign/", 'D18'),
  by('W7', "the delegation ends at the Sovereign's PowerDNS", 'D4'),
  by('W8', 'certificates renew through its own DNS-01', 'D5'),
  by('W9', 'its own console shows the architecture', 'D21'),
  by('W10', "a NodePool is reconciled by the Sovereign's Crossplane", 'D13'),
  by('W11', "backups go to the Sovereign's own bucket", 'D9'),
  by('W12', "pushes go to the Sovereign's own bucket", 'D8'),
  by('W13', 'the SME pages answer throughout', 'D16', 'D17'),
];

/** What the mother knew opens nothing any more, by what was answered when it was tried. */
function oldCredentials(record: Scope['record']): Answer[] {
  try {
    assertRefused(record?.refusals ?? []);
    return [];
  } catch (error) {
    return [failed(messageOf(error))];
  }
}

/** Proofs first, then the looks; what the looks saw is kept by their names. */
async function inOrder(
  proofs: readonly string[],
  scope: Scope,
  looks: Readonly<Record<string, (scope: Scope) => Promise<Answer>>>,
): Promise<Answer> {
  const answers: (Answer & { id?: string })[] = [];
  for (const id of proofs) answers.push({ id, ...(await proofOf(scope, id)) });
  const seen: Record<string, unknown> = {};
  for (const [name, look] of Object.entries(looks)) {
    const answer = await look(scope);
    answers.push(answer);
    seen[name] = answer.evidence;
  }
  return { ...allOf(answers), evidence: seen };
}

async function reprovisioned(scope: Scope): Promise<Answer> {
  const { checkReprovision } = await import('./checks/reprovision.js');
  return checkReprovision(scope);
}

async function egressBlocked(scope: Scope): Promise<Answer> {
  const { world, context, record, options } = scope;
  const { state } = record ?? {};
  if (state !== 'ACTIVATED' && state !== 'REVOKED' && state !== 'DECOMMISSIONED')
    return notChecked('before the handover the Sovereign still needs its mother');
  const scan = scope.umbilical ?? (await takeUmbilical(scope));
  return blockEgress(world, context, {
    windowMs: options.egressMs,
    lab: options.lab,
    possible: possibleGrade(scan),
  });
}

/** Before the handover it would not come up alone. The outside is denied as far as the egress windows of this verification have proven. */
async function startsAlone(
  { world, context, record, options }: Scope,
  answers: ReadonlyMap<string, ItemResult>,
): Promise<Answer> {
  const { lab, blackStart: asked, offMs, recoverMs } = options;
  const isHanded = record !== undefined && hasReached(record, 'ACTIVATED');
  if (!isHanded && (await isTaken(world, { lab, asked })))
    return notChecked('before the handover the Sovereign still needs its mother');
  const windows = answers.get('D22')?.evidence as EgressSeen | undefined;
  const { grade = 'L1' } = windows ? provenBy(windows, { sovereign: world.sovereign, lab }) : {};
  return blackStart(world, context, { lab, asked, offMs, recoverMs, grade });
}
