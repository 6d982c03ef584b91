/** Checks a bundle offline: signature, index, every hash, the journal's chain; then derives the verdict again from the samples. */
import { parseJournal } from '../../engine/journal-entry.js';
import {
  envelopePath,
  indexPath,
  type OpenBundle,
  type Predicate,
  payloadType,
  predicateType,
  readBundle,
  type Statement,
} from '../../evidence/bundle.js';
import { unseal } from '../../evidence/signing.js';
import { fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { hashOf, sha256 } from '../../support/hash.js';
import { judge } from '../experiment/experiment.js';
import { verdictOf } from './item.js';
import type { DodReport } from './report.js';

export interface BundleCheck {
  file: string;
  fqdn: string;
  verdict: string;
  at: string;
  lab: boolean;
  /** What was checked, in order; all of it held. */
  checks: string[];
  predicate: Predicate;
}

/** Throws E6101 at the first thing that does not hold. @param publicKey SPKI PEM. */
export async function verifyBundle(file: string, publicKey: string): Promise<BundleCheck> {
  const bundle = await readBundle(file);
  const broken = (why: string) =>
    fail('E6101', `Verification of ${file} failed: ${why}.`, {
      actions: ['get the bundle again from where it was made', 'check that --key is the key of that Sovereign'],
    });
  try {
    return check(file, bundle, publicKey, broken);
  } catch (error) {
    if (isCatalystError(error)) throw error;
    // It may be signed and yet not be what catalyst writes.
    throw broken(`its content has an unknown format (${messageOf(error)})`);
  }
}

function check(
  file: string,
  { files, index, envelope, indexText }: OpenBundle,
  publicKey: string,
  broken: (why: string) => Error,
): BundleCheck {
  const statement = unseal(envelope, payloadType, publicKey) as Statement | undefined;
  if (!statement) throw broken('its statement is not signed by this key');
  if (statement.predicateType !== predicateType) throw broken('its statement is about something else');
  const [subject] = statement.subject;
  if (subject?.name !== indexPath || subject.digest.sha256 !== sha256(indexText))
    throw broken('its index is not the one that was signed');
  const known = new Set([indexPath, envelopePath, ...index.files.map((entry) => entry.path)]);
  for (const path of files.keys()) if (!known.has(path)) throw broken(`${path} is not in its index`);
  for (const entry of index.files) {
    const bytes = files.get(entry.path);
    if (!bytes) throw broken(`${entry.path} is missing`);
    if (bytes.length !== entry.bytes || sha256(bytes) !== entry.sha256) throw broken(`${entry.path} was changed`);
  }
  const text = (path: string) => {
    const bytes = files.get(path);
    if (!bytes) throw broken(`it has no ${path}`);
    return bytes.toString();
  };
  let lines: number;
  let report: DodReport;
  try {
    lines = parseJournal(text('journal.jsonl'), 'journal.jsonl').entries.length;
    report = JSON.parse(text('dod.json')) as DodReport;
  } catch (error) {
    throw broken(messageOf(error));
  }
  rederive(report, statement.predicate, broken);
  const { fqdn, verdict, at, lab } = statement.predicate;
  const samples = report.experiment?.samples.length ?? 0;
  return {
    file,
    fqdn,
    verdict,
    at,
    lab,
    predicate: statement.predicate,
    checks: [
      'the statement is signed by this key',
      `the index is the one that was signed; ${index.files.length} files have its hashes, and there are no others`,
      `the journal's chain of ${lines} lines is intact`,
      `the verdict ${verdict} follows again from ${report.items.length} items and ${samples} samples`,
    ],
  };
}

/** Verdict and experiment, computed anew from items and samples, must be what was recorded. */
function rederive(report: DodReport, predicate: Predicate, broken: (why: string) => Error): void {
  const { experiment, items } = report;
  const isLab = report.world?.kind === 'lab';
  const oneWorld = report.world && hashOf(report.world) === hashOf(predicate.world);
  if (!oneWorld || report.lab !== isLab || predicate.lab !== isLab)
    throw broken('the world in its report is not that of its statement');
  if (experiment) {
    const again = judge(experiment);
    const same = (['valid', 'passed', 'problems', 'probes', 'control'] as const).every(
      (key) => hashOf(again[key]) === hashOf(experiment[key]),
    );
    if (!same) throw broken('the result of the kill experiment does not follow from its samples');
    const kill = items.find((item) => item.id === 'D17');
    if (kill && (kill.status === 'pass') !== again.passed) throw broken('D17 does not follow from the samples');
  }
  const verdict = verdictOf(items, experiment, report.complete);
  if (verdict !== report.verdict || verdict !== predicate.verdict)
    throw broken(`its verdict is ${predicate.verdict}, but its items give ${verdict}`);
}
