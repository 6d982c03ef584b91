/** What each item of the checklist comes to by the raw data of a bundle alone: offline, by the same rules as when it was taken. Pure. */
import { journaledEffects } from '../../mother/fingerprint/declared-effects.js';
import type { ScanResult } from '../../scans/scan.js';
import { acceptBySpec } from '../../scans/umbilical/accepted.js';
import { judgeBlackStart } from '../black-start/judge.js';
import type { BlackStartSeen } from '../black-start/seen.js';
import { backupProofs, checklist, claimProofs, type Item, pushProof } from '../dod/checklist.js';
import { judgeNames, type NamesSeen } from '../dod/checks/delegated-names.js';
import type { DurationsSeen } from '../dod/checks/durations.js';
import { judgeSnapshot, type SnapshotSeen } from '../dod/checks/etcd-snapshot.js';
import { type GitLoopSeen, judgeGitLoop } from '../dod/checks/git-loop.js';
import {
  judgeProtected,
  judgeRedirect,
  judgeResidue,
  judgeUmbilical,
  killSurvived,
  type RedirectSeen,
} from '../dod/checks/independence.js';
import { type CertificatesSeen, judgeCertificates } from '../dod/checks/names.js';
import { judgeNodePool, type NodePoolSeen } from '../dod/checks/node-pool.js';
import {
  type BackupsSeen,
  type DatabasesSeen,
  judgeBackups,
  judgeDatabases,
  judgePushes,
  type PushesSeen,
} from '../dod/checks/own-buckets.js';
import { type ConsoleSeen, judgeConsole } from '../dod/checks/own-console.js';
import { judgeReleasesEvidence, type ReleasesEvidence } from '../dod/checks/releases-live.js';
import { type Answer, allOf, failed, type ItemResult, notChecked, passed } from '../dod/item.js';
import type { Scope } from '../dod/scope.js';
import { type EgressSeen, judgeEgress } from '../experiment/egress/judge-egress.js';
import { judgeReprovision, type ReprovisionSeen } from '../rehearsal/judge.js';
import { reprovisionFolder } from '../rehearsal/kept-files.js';
import { stateTaken } from '../rehearsal/state-taken.js';
import { foldedBefore } from './before-verification.js';
import { flowsCutShort, nodesCutShort } from './node-looks.js';
import type { RawBundle } from './raw-bundle.js';
import { judgeTimes } from './rehearsed-steps.js';
import { cutShort, thinnedOut } from './whole-looks.js';

/** Answers undefined where the raw data of the item is missing: it can then be anything but passed. */
type Judge = (raw: RawBundle, stated: ItemResult) => Answer | undefined | Promise<Answer | undefined>;

const judges: Readonly<Record<string, Judge>> = {
  D1: (_raw, { evidence }) => whereSeen<ReleasesEvidence>(evidence, judgeReleasesEvidence),
  D2: (raw) => {
    const ids = raw.steps.filter(({ phase }) => phase < 8).map(({ id }) => id);
    const answers = ids.map((id) => proofIn(raw, id));
    const whole = answers.some((one) => one === undefined) ? undefined : allOf(answers as Answer[]);
    return whole?.status === 'pass' ? passed(`${answers.length} proofs taken now`) : whole;
  },
  D3: ({ sovereign, report }, { evidence }) => {
    const exercised = report.experiment?.exercises.find(({ name }) => name === 'a push rolls out');
    const push = exercised && { ok: exercised.ok, reason: exercised.reason };
    return whereSeen<GitLoopSeen>(evidence, (seen) => judgeGitLoop({ ...seen, ...(push && { push }) }, sovereign));
  },
  D4: (raw, { evidence }) => {
    const proof = proofIn(raw, '#374');
    return proof && whereSeen<NamesSeen>(evidence, (seen) => judgeNames(seen, withoutId(proof), raw.sovereign));
  },
  D5: (raw, { evidence }) => {
    const proof = proofIn(raw, '#373');
    return (
      proof && whereSeen<CertificatesSeen>(evidence, (seen) => judgeCertificates(seen, withoutId(proof), raw.sovereign))
    );
  },
  D8: (raw, { evidence }) => {
    const proof = proofIn(raw, pushProof);
    return (
      proof &&
      whereSeen<{ pushes: PushesSeen }>(evidence, ({ pushes }) => allOf([proof, judgePushes(pushes, raw.sovereign)]))
    );
  },
  D9: (raw, { evidence }) => {
    const proofs = backupProofs.map((id) => proofIn(raw, id));
    if (proofs.some((one) => one === undefined)) return undefined;
    return whereSeen<BackedUp>(evidence, ({ velero, databases, etcd }) =>
      allOf([
        ...(proofs as Answer[]),
        judgeBackups(velero, raw.sovereign),
        judgeDatabases(databases, raw.sovereign),
        judgeSnapshot(etcd),
      ]),
    );
  },
  D13: (raw, { evidence }) => {
    const proofs = claimProofs.map((id) => proofIn(raw, id));
    if (proofs.some((one) => one === undefined)) return undefined;
    return whereSeen<{ nodePool?: NodePoolSeen }>(
      evidence,
      ({ nodePool }) => nodePool && allOf([...(proofs as Answer[]), judgeNodePool(nodePool)]),
    );
  },
  D14: (raw, { at }) =>
    raw.umbilical &&
    unless(cutShort(raw.umbilical, 'the Sovereign') ?? nodesIn(raw, raw.umbilical), () =>
      judgeUmbilical(asTheSpecAccepts(raw, raw.umbilical!, at)),
    ),
  D15: ({ residue }) => residue && unless(cutShort(residue, 'the mother'), () => judgeResidue(residue)),
  D16: ({ before, after, sovereign, entries, report }) =>
    after &&
    unless(thinnedOut(after, sovereign) ?? (before && thinnedOut(before, sovereign)), () =>
      judgeProtected({
        before,
        now: after,
        sovereign,
        effects: journaledEffects(sovereign, entries.slice(0, report.journalLines)),
      }),
    ),
  D17: ({ report: { experiment } }) => experiment && killSurvived({ experiment }),
  D18: ({ handover }, { evidence }) => whereSeen<RedirectSeen>(evidence, (seen) => judgeRedirect(seen, handover)),
  D20: (raw, { evidence }) =>
    whereSeen<ReprovisionSeen>(evidence, (seen) =>
      judgeReprovision(seen, (path) => raw.text(`${reprovisionFolder}${path}`), {
        sovereign: raw.sovereign,
        world: raw.report.world,
        steps: raw.steps.filter(({ phase }) => phase <= 6).map(({ id }) => id),
      }),
    ),
  D21: (_raw, { evidence }) => whereSeen<ConsoleSeen>(evidence, judgeConsole),
  D22: ({ sovereign, report: { lab } }, { evidence }) =>
    whereSeen<EgressSeen>(evidence, (seen) => judgeEgress(seen, { sovereign, lab })),
  D23: ({ report }, { evidence }) =>
    whereSeen<BlackStartSeen>(evidence, (seen) => (isLab(seen) === report.lab ? judgeBlackStart(seen) : undefined)),
  D19: (raw, { evidence }) => whereSeen<DurationsSeen>(evidence, (seen) => judgeTimes(raw, seen)),
};

const nodesIn = ({ sovereign, report: { lab, experiment } }: RawBundle, scan: ScanResult) =>
  nodesCutShort(scan, { sovereign, lab }) ?? flowsCutShort(scan, { sovereign, lab, experiment });

type Accepting = Pick<RawBundle, 'sovereign'> & { handover?: { pointOfNoReturnAt?: string | undefined } | undefined };

/** The spec alone accepts findings and says which grade is asked for; what the scan says of both is not believed. */
export function asTheSpecAccepts({ sovereign, handover }: Accepting, scan: ScanResult, at: string): ScanResult {
  const { accepted, grade } = sovereign.spec.independence;
  const crossed = handover?.pointOfNoReturnAt;
  const moments = { now: new Date(at), ...(crossed ? { handedOverAt: new Date(crossed) } : {}) };
  const findings = scan.findings.flatMap(({ accepted: stated, ...finding }) =>
    stated === undefined ? finding : acceptBySpec([finding], accepted, moments),
  );
  return { ...scan, findings, asked: grade };
}

/** A lab could not leave out what is left out elsewhere. */
const isLab = ({ engine }: BlackStartSeen) => engine !== 'none';

interface BackedUp {
  velero: BackupsSeen;
  databases: DatabasesSeen;
  etcd: SnapshotSeen;
}

/** Evidence that was read from a file is what its check wrote, or judging it throws. */
const whereSeen = <T>(evidence: unknown, judge: (seen: T) => Answer | undefined): Answer | undefined =>
  evidence === undefined ? undefined : judge(evidence as T);

/** What is less than the whole is no answer. */
const unless = (lacking: string | undefined, judge: () => Answer): Answer =>
  lacking === undefined ? judge() : notChecked(lacking);

const withoutId = ({ status, reason }: Answer): Answer => ({ status, reason });

/**
 * @param answers of the items before it in the checklist, as they were judged
 * @returns undefined where the bundle has no raw data of it
 */
export async function judgeItem(
  raw: RawBundle,
  stated: ItemResult,
  answers: ReadonlyMap<string, ItemResult>,
  kind: 'dod' | 'rehearsal' = 'dod',
): Promise<Answer | undefined> {
  if (kind === 'rehearsal') return stated.id === 'D1' ? stateTaken(raw.journal) : undefined;
  const item = checklist.find(({ id }) => id === stated.id);
  if (!item) return undefined;
  try {
    if (item.proofs) return ofProofs(raw, item.proofs);
    if (stated.id.startsWith('W')) return await derived(raw, item, answers);
    return await judges[stated.id]?.(raw, stated);
  } catch {
    // What is there is not what a check writes.
    return undefined;
  }
}

/** Items that have a judge; a test compares them with the checklist. */
export const judged = (item: Item): boolean =>
  item.proofs !== undefined || item.id.startsWith('W') || judges[item.id] !== undefined;

function proofIn(raw: RawBundle, id: string): (Answer & { id: string }) | undefined {
  const step = raw.steps.find((one) => one.id === id || one.ticket === id || one.blueprint === id);
  if (!step) return { id, ...notChecked(`${id} is not one of the steps`) };
  const proof = Object.hasOwn(raw.proofs, step.id) ? raw.proofs[step.id] : undefined;
  if (proof?.error !== undefined) return { id, ...failed(proof.error) };
  return proof?.summary !== undefined && proof.facts !== undefined ? { id, ...passed(proof.summary) } : undefined;
}

function ofProofs(raw: RawBundle, ids: readonly string[]): Answer | undefined {
  const answers = ids.map((id) => proofIn(raw, id));
  return answers.some((one) => one === undefined) ? undefined : allOf(answers as Answer[]);
}

/** A W-item asks nothing but the journal, the record and the D-items. */
function derived(raw: RawBundle, item: Item, answers: ReadonlyMap<string, ItemResult>): Promise<Answer> {
  const { handover: record, report } = raw;
  const steps = raw.steps.filter(({ phase }) => phase < 8);
  const scope = { journal: foldedBefore(raw), steps, record, experiment: report.experiment };
  return item.check(scope as unknown as Scope, answers);
}
