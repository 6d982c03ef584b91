/** The checklist of dod.md: D1–D22 and the WBS's own W1–W13, which are answered by them. */
import { blockEgress } from '../experiment/egress-block.js';
import { everyProof } from './checks/every-proof.js';
import { gitLoop } from './checks/git-loop.js';
import { killSurvived, protectedUnchanged, redirectWorks, residueZero, umbilicalClean } from './checks/independence.js';
import { certificates, delegationChain } from './checks/names.js';
import { ownConsole } from './checks/own-console.js';
import { releasesLive } from './checks/releases-live.js';
import { durations, failuresOf, walkedThrough } from './checks/run.js';
import { type Answer, allOf, failed, type ItemResult, notChecked, passed } from './item.js';
import { proofOf, type Scope } from './scope.js';

export interface Item {
  id: string;
  title: string;
  repeat: string;
  /** Items whose answers it is made of. */
  of?: readonly string[];
  check(scope: Scope, answers: ReadonlyMap<string, ItemResult>): Promise<Answer>;
}

const again = (id: string) => `catalyst verify dod --only ${id}`;
const item = (id: string, title: string, check: Item['check'], repeat = again(id)): Item => ({
  id,
  title,
  repeat,
  check,
});
const ticket = (id: string, title: string, ...tickets: string[]): Item =>
  item(
    id,
    title,
    async (scope) =>
      allOf(await Promise.all(tickets.map(async (one) => ({ id: one, ...(await proofOf(scope, one)) })))),
    tickets.map((one) => `catalyst ticket run ${one.replace('#', '')}`).join('; '),
  );
/** A W-item is answered by D-items. */
const by = (id: string, title: string, ...of: string[]): Item => ({
  id,
  title,
  repeat: of.map(again).join('; '),
  of,
  check: async (_scope, answers) =>
    allOf(of.map((one) => answers.get(one) ?? { id: one, ...notChecked('not asked for') })),
});

export const checklist: readonly Item[] = [
  item('D1', 'exactly the 24 Blueprints, at their pins, healthy', releasesLive),
  item('D2', "every ticket's own proof, taken now", everyProof, 'catalyst phase run N --fresh'),
  item('D3', "GitOps loop: only the Sovereign's Gitea", gitLoop),
  item('D4', 'DNS: delegation from the parent down', delegationChain),
  item('D5', 'TLS: chains verify, issued through its own PowerDNS', certificates),
  ticket('D6', 'identity: own issuer, a token is issued', '#377'),
  ticket('D7', 'secrets: unsealed after a restart, materialized, unsealed', '#316', '#331', 'bp-sealed-secrets'),
  ticket('D8', 'registry: push, pull by digest', '#383'),
  ticket('D9', 'backup and restore', '#384'),
  ticket('D10', 'observability: log, metric, trace found', '#381'),
  ticket('D11', 'policy and scan: refusal and report', '#379', '#380'),
  ticket('D12', 'workload identity', '#382'),
  ticket('D13', 'Day-2: a claim is accepted, its dry-run plan is sane', '#378', '#327'),
  item('D14', 'umbilical scan is clean', umbilicalClean, 'catalyst verify umbilical'),
  item('D15', 'residue on the mother is zero', residueZero, 'catalyst verify residue'),
  item('D16', 'protected set unchanged, its pages answer', protectedUnchanged, 'catalyst verify protected'),
  item('D17', 'catalyst-api on the mother killed: no effect on the Sovereign', killSurvived),
  item('D18', 'redirect works and touches nothing else', redirectWorks),
  item('D19', 'step durations against their estimates', durations),
  item(
    'D20',
    'wipe and re-provision left no orphan and ended in the same state',
    reprovisioned,
    'catalyst verify dod --reprovision FILE',
  ),
  item('D21', "the Sovereign's own console and catalyst-api answer", ownConsole),
  item('D22', 'egress to the mother and upstream denied: every reconcile stays green', egressBlocked),
  item('W1', 'the wizard ran end to end with the minimal set of 24', async (scope, answers) =>
    allOf([await walkedThrough(scope), answers.get('D1') ?? notChecked('D1 was not asked for')]),
  ),
  by('W2', 'each step within ±20 % of its estimate', 'D19'),
  item('W3', 'no error chains; after a failure the wipe was exercised', async ({ journal, steps }, answers) => {
    const failures = failuresOf({ journal, steps });
    if (failures.length === 0) return passed('no step is failed; no wipe was needed');
    const wiped = answers.get('D20');
    return wiped?.status === 'pass' ? passed(wiped.reason) : failed(failures.join('; '));
  }),
  item('W4', 'handover triggered; the Sovereign took over its FQDN', async ({ record }, answers) => {
    const state = record?.state;
    const handed =
      state === 'REVOKED' || state === 'DECOMMISSIONED'
        ? passed(`handover ${state} since ${record?.history.at(-1)?.at}`)
        : failed(`the handover is ${state ?? 'not begun'}`);
    return allOf([handed, ...['D3', 'D4'].map((id) => answers.get(id) ?? notChecked(`${id} was not asked for`))]);
  }),
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

async function reprovisioned(scope: Scope): Promise<Answer> {
  if (scope.reprovision === undefined) {
    return notChecked('no signed evidence of a wipe-and-re-provision run was given (--reprovision FILE)');
  }
  const { checkReprovision } = await import('./checks/reprovision.js');
  return checkReprovision(scope);
}

async function egressBlocked({ world, context, record, options }: Scope): Promise<Answer> {
  const { state } = record ?? {};
  if (state !== 'ACTIVATED' && state !== 'REVOKED' && state !== 'DECOMMISSIONED')
    return notChecked('before the handover the Sovereign still needs its mother');
  return blockEgress(world, context, { windowMs: options.egressMs });
}
