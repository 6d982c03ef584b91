/**
 * Checks a bundle offline: signature, index, every hash, the journal's chain; then that its files agree with each other and that every
 * result follows again from the raw data, and that its page shows just that.
 */
import {
  intactStatement,
  type OpenBundle,
  type Predicate,
  readBundle,
  requireKnownFormat,
} from '../../evidence/bundle.js';
import { lookAtPrevious } from '../../evidence/chain.js';
import { fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { userAgent } from '../../support/user-agent.js';
import { contradictionIn } from '../rederive/cross-check.js';
import { cutExperiment } from '../rederive/cut-experiment.js';
import { paths, type RawBundle, readRaw } from '../rederive/raw-bundle.js';
import { type RehearsalOutcome, rehearsalLine, rehearsalOutcome } from '../rederive/rehearsal-outcome.js';
import { pageDiffers } from '../rederive/report-data.js';
import { unfounded } from '../rederive/settle.js';
import { checkRound } from '../rounds/verify-round.js';
import { verdictOf } from './item.js';

export interface BundleCheck {
  file: string;
  fqdn: string;
  verdict: string;
  at: string;
  lab: boolean;
  /** What was checked, in order; all of it held. */
  checks: string[];
  predicate: Predicate;
  /** Left out where no rehearsal wrote it. */
  rehearsal?: RehearsalOutcome;
  /** What was not compared, a clause: of another version, words alone. Left out where nothing was. */
  notCompared?: string;
  /** Left out for a round, which is no verdict. */
  raw?: RawBundle;
}

/**
 * Throws E6101 at the first thing that is not so, E6110 when the file is no bundle, E6111 when it is one of a newer format.
 * @param publicKey SPKI PEM
 * @param opened the same file, where it was read already
 */
export async function verifyBundle(file: string, publicKey: string, opened?: OpenBundle): Promise<BundleCheck> {
  const bundle = opened ?? (await readBundle(file));
  const broken = (why: string) =>
    fail('E6101', `Verification of ${file} failed: ${why}.`, {
      actions: [
        'copy the bundle again from the machine that wrote it',
        'check that --key is the key of that Sovereign',
      ],
    });
  try {
    return await check(file, bundle, publicKey, broken);
  } catch (error) {
    if (isCatalystError(error)) throw error;
    // It may be signed and yet not be what catalyst writes.
    throw broken(`its content has an unknown format (${messageOf(error)})`);
  }
}

type Broken = (why: string) => Error;

async function check(file: string, bundle: OpenBundle, publicKey: string, broken: Broken): Promise<BundleCheck> {
  const { files, index, envelope } = bundle;
  const predicate = requireIntact(file, bundle, publicKey, broken);
  if (predicate.kind === 'round') return checkOfRound(file, bundle, predicate, broken);
  const raw = readOr(broken, () => readRaw((path) => files.get(path)?.toString()));
  const { report, entries } = raw;
  const sameVersion = predicate.by === userAgent;
  const why =
    contradictionIn(raw, predicate) ??
    cutExperiment(raw, { sameVersion }) ??
    (await unfounded(raw, { kind: predicate.kind, sameVersion }));
  if (why !== undefined) throw broken(why);
  const verdict = verdictOf(report.items, report.experiment, report.complete);
  if (verdict !== report.verdict || verdict !== predicate.verdict)
    throw broken(`its verdict is ${predicate.verdict}, but its items give ${verdict}`);
  const page = await pageDiffers(raw, {
    html: raw.text(paths.html),
    keyId: envelope.signatures[0]!.keyid,
    sameVersion,
  });
  if (page !== undefined) throw broken(page);
  const rehearsal = rehearsalOutcome(raw, predicate);
  const { fqdn, at, lab } = predicate;
  return {
    ...{ file, fqdn, verdict, at, lab, predicate, raw },
    ...(rehearsal ? { rehearsal } : {}),
    ...(sameVersion ? {} : { notCompared: wordsOf(predicate) }),
    checks: [
      ...intactLines(index.files.length),
      `the journal's chain of ${entries.length} lines is intact and contains the run that took the verdict`,
      'Sovereign, world, run, plan, window and checklist are the same in all files',
      derivedLine(report),
      sameVersion
        ? 'its page, rendered again, is the same'
        : `its page has the same data; ${predicate.by} rendered it, and this is ${userAgent}`,
      ...(rehearsal ? [rehearsalLine(fqdn, rehearsal)] : []),
      previousLine(file, predicate, broken),
    ],
  };
}

function checkOfRound(file: string, { files, index }: OpenBundle, predicate: Predicate, broken: Broken): BundleCheck {
  const { round, scan } = readOr(broken, () => checkRound((path) => files.get(path)?.toString(), predicate));
  const { fqdn, verdict, at, lab } = predicate;
  return {
    ...{ file, fqdn, verdict, at, lab, predicate },
    checks: [
      ...intactLines(index.files.length),
      'Sovereign, world, times and verdict are the same in all files',
      `${verdict} follows again from ${scan.findings.length} findings in ${scan.looked.length} places and ${round.samples.length} samples, what returned and what is gone from the round before`,
      previousLine(file, predicate, broken),
    ],
  };
}

/** Every result follows again by this version's own measures; how another one words and draws it cannot. */
const wordsOf = ({ by }: Predicate) =>
  `${by} wrote it and this is ${userAgent}, so its page, its titles and the words of its reasons were not compared`;

const intactLines = (files: number) => [
  'the statement is signed by this key',
  `the index is the one that was signed; ${files} files have its hashes, and there are no others`,
];

/** Signature, index and hashes. */
function requireIntact(file: string, bundle: OpenBundle, publicKey: string, broken: Broken): Predicate {
  requireKnownFormat(file, bundle);
  const statement = intactStatement(bundle, publicKey);
  if (typeof statement === 'string') throw broken(statement);
  return statement.predicate;
}

function readOr<T>(broken: Broken, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw broken(messageOf(error));
  }
}

function derivedLine({ items, experiment }: RawBundle['report']): string {
  const each = items.length === 1 ? 'its one item follows' : `each of ${items.length} items follows`;
  const samples = experiment ? `, the experiment from ${experiment.samples.length} samples` : '';
  return `${each} again from its raw data${samples}`;
}

function previousLine(file: string, { previous }: Predicate, broken: Broken): string {
  if (!previous) return 'it names no previous verdict or round: it is the first of this Sovereign';
  const found = lookAtPrevious(file, previous);
  if (found === 'other')
    throw broken(`${previous.bundle} in the same folder is not the previous verdict or round that it names`);
  const seen = found === 'whole' ? 'is in the same folder and has that digest' : 'is not in the same folder';
  return `the ${previous.bundle.startsWith('round-') ? 'round' : 'verdict'} before it, ${previous.bundle} (sha256 ${previous.sha256.slice(0, 16)}…), ${seen}`;
}
