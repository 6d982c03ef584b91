/** `verify umbilical`, `verify residue`, `verify protected`: one scan each; E6004 when something is open. */
import { ifMade } from '../../engine/dry-run.js';
import type { Mutation } from '../../engine/mutation.js';
import { takeInventory } from '../../handover/handover.js';
import { leaseMutation } from '../../handover/mother/hold-mother.js';
import { residueOf } from '../../handover/mother/residue.js';
import { readRecordIfAny, readRecords } from '../../handover/record.js';
import { compareFingerprints } from '../../mother/fingerprint/compare.js';
import { journaledEffects } from '../../mother/fingerprint/declared-effects.js';
import type { Difference } from '../../mother/fingerprint/difference.js';
import { deadPages, type Fingerprint, maskedPages, takeFingerprint } from '../../mother/fingerprint/fingerprint.js';
import { acceptCommand, fingerprintBefore, keepFingerprint } from '../../mother/fingerprint/protected-before.js';
import { gradeText, possibleGrade } from '../../scans/grade.js';
import {
  type Finding,
  isClean,
  isOpen,
  type Looked,
  openFindings,
  type ScanResult,
  scanSummary,
} from '../../scans/scan.js';
import { nodeLines } from '../../scans/umbilical/node-files.js';
import { notInALab, scanUmbilical, unreadOnReal } from '../../scans/umbilical.js';
import { counted } from '../../support/counted.js';
import { fail } from '../../support/errors/errors.js';
import { nodeFilesMutations, nodeReader } from '../../walk/probes/node-files.js';
import type { Context } from '../session/context.js';
import { readJournal } from '../session/read-journal.js';
import { openSession } from '../session/session.js';
import { withGate } from '../session/with-gate.js';

/** Of a lab it only reads; on a real Sovereign a short Job looks at each node, with the Sovereign's lock. */
export async function verifyUmbilical(context: Context): Promise<PlannedScan> {
  const world = await context.world();
  const { kind } = await world.identity();
  // a cluster that was not handed over yet has no record, and one whose mother is away has its own copy
  const { record } = await readRecordIfAny(world);
  const handedOver = record?.pointOfNoReturnAt ? { handedOverAt: new Date(record.pointOfNoReturnAt) } : {};
  if (kind === 'lab') return scanUmbilical(world, { ...handedOver, absent: notInALab });
  if (context.options.dryRun)
    return { findings: [], looked: [], mutations: (await nodeFilesMutations(world)).map(({ sentence }) => sentence) };
  const step = { id: 'verify-umbilical', phase: 7 };
  return withGate(await openSession(context), step, (act, undo) =>
    scanUmbilical(world, { ...handedOver, absent: unreadOnReal(), nodes: nodeReader(world, { act, undo }) }),
  );
}

export interface PlannedScan extends ScanResult {
  /** Only in a dry-run, which has looked nowhere: what it would have run. */
  mutations?: string[];
}

export async function verifyResidue(context: Context): Promise<PlannedScan> {
  const session = await openSession(context);
  const { record: present, former } = await readRecords(session.world);
  const record = present ?? { ids: former?.ids ?? [] };
  const step = { id: 'verify-residue', phase: 7, ticket: '#317' };
  if (context.options.dryRun) {
    const mutations: string[] = [leaseMutation(session.world).sentence];
    const tell = ({ sentence }: Mutation) => void mutations.push(sentence);
    // The gate goes no further than to say what the Job is.
    await withGate(session, step, (act) => ifMade(takeInventory(session.world, act, record.ids)), tell);
    return { findings: [], looked: [], mutations };
  }
  const progress = { waiting: context.output.note, output: context.output.note };
  return withGate(session, step, (act, undo) =>
    residueOf(session.world, { act, undo, progress, signal: session.world.signal }, record),
  );
}

/** Throws E6004 with the scan when a finding is open or a place could not be looked at. */
export function requireClean(scan: ScanResult, what: string): void {
  if (isClean(scan)) return;
  const open = openFindings(scan);
  throw fail('E6004', `${what}: ${scanSummary(scan)}.`, {
    actions: [...new Set(open.map((finding) => finding.remedy))].slice(0, 3),
    data: { result: scan },
  });
}

/** What was found and where nobody could look; places in which nothing was found are counted, with `verbose` listed. */
export function scanText(scan: ScanResult, { verbose = false } = {}): string {
  const state = (one: Finding) => (one.accepted ? 'kept' : isOpen(one, scan.asked) ? 'OPEN' : (one.grade ?? 'OPEN'));
  const findings = scan.findings.map(
    (one) =>
      `${state(one)}  ${one.where}: ${one.what}\n      ${one.accepted ?? `breaks: ${one.breaks}; remedy: ${one.remedy}`}`,
  );
  const empty = verbose ? [] : scan.looked.filter(({ ok, found }) => ok && found === 0);
  const looked = scan.looked
    .filter((one) => !empty.includes(one))
    .map(
      (one) =>
        `${one.ok ? 'looked' : one.answer.toUpperCase()}  ${one.place}: ${one.ok ? `${one.found} found${countText(one)}` : one.error}`,
    );
  const unlooked = (scan.unlooked ?? []).map(({ place, why }) => `not looked  ${place}: ${why}`);
  const marks = (scan.marks ?? []).map(
    ({ where, run, until, expired }) =>
      `own  ${where}, of run ${run}${until ? ` until ${until}` : ''}${expired ? ', which has passed: the next verify dod lifts the block' : ''}`,
  );
  const grade = scan.asked ? [`grade left possible: ${gradeText(possibleGrade(scan))}`] : [];
  const rest =
    empty.length > 0 ? [`looked  in ${counted(empty.length, 'more place')}: nothing found (--verbose lists them)`] : [];
  const read = nodeLines(scan.nodes ?? []).map((line) => `read  ${line}`);
  return [scanSummary(scan), ...grade, '', ...findings, ...marks, ...looked, ...rest, ...read, ...unlooked].join('\n');
}

const countText = ({ count }: Looked) => (count === undefined ? '' : ` in ${count}`);

export interface ProtectedResult {
  unchanged: boolean;
  since: string;
  differences: Difference[];
  pages: Fingerprint['pages'];
  objects: number;
  names: number;
}

/** Compares the protected set with its first fingerprint, which is taken now when there is none. Throws E5003 on a difference. */
export async function verifyProtected(context: Context): Promise<ProtectedResult> {
  const world = await context.world();
  const known = fingerprintBefore(world.stateDir);
  const now = await takeFingerprint(world, { against: known });
  const before = known ?? keepFingerprint(world.stateDir, now);
  if (!known) {
    context.output.warn('No earlier fingerprint exists; this one is kept for the next comparison.');
    for (const line of maskedPages(now)) context.output.warn(line);
  }
  const differences = compareFingerprints(before, now, journaledEffects(world.sovereign, readJournal(world.stateDir)));
  const dead = deadPages(now, world.sovereign);
  const result = {
    unchanged: differences.length === 0,
    since: before.at,
    differences,
    pages: now.pages,
    objects: now.objects.length,
    names: now.names.length,
  };
  if (differences.length === 0 && dead.length === 0) return result;
  const told = [
    ...differences.map((one) => `${one.what}: ${one.before} → ${one.after}`),
    ...dead.map((page) => `${page.url} answers ${page.status || page.error}`),
  ];
  throw fail('E6004', `The protected set has changed since ${before.at}: ${told.slice(0, 5).join('; ')}.`, {
    actions: [
      'find out who changed it before you continue',
      ...(differences.length > 0 ? [acceptCommand(world.sovereign.spec.fqdn)] : []),
    ],
    data: { result },
  });
}
