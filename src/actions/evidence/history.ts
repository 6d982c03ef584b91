/** `evidence show --history`: every verdict and round of a Sovereign, the oldest first, with what has changed from one to the next. */
import { basename, join } from 'node:path';
import { intactStatement, type OpenBundle, type Predicate, readBundle, reportPaths } from '../../evidence/bundle.js';
import { bundlesIn, lookAtPrevious } from '../../evidence/chain.js';
import { evidenceFolder } from '../../evidence/evidence-folder.js';
import { claimOf, evidenceKey } from '../../evidence/pinned-key.js';
import type { ScanResult } from '../../scans/scan.js';
import { configDir } from '../../sovereign/state/state-dir.js';
import { checkShape } from '../../support/check-shape.js';
import { command } from '../../support/commands/command.js';
import { clauseOf, fail } from '../../support/errors/errors.js';
import type { DodReport } from '../../verification/dod/report.js';
import { paths, scansShape } from '../../verification/rederive/raw-bundle.js';
import { reportShape } from '../../verification/rederive/shapes.js';
import { roundIn } from '../../verification/rounds/earlier.js';
import {
  type BundleSummary,
  type Change,
  changesOf,
  summaryOfRound,
  summaryOfVerdict,
} from '../../verification/rounds/history.js';
import type { Context } from '../session/context.js';

/** `linked`: the one before it in this folder is the one that it names. `cut`: the oldest here names one that is not here. */
export type Link = 'first' | 'linked' | 'cut' | 'broken';

export interface HistoryEntry extends Pick<BundleSummary, 'kind' | 'at' | 'verdict' | 'grade'> {
  /** Path. */
  bundle: string;
  link: Link;
  /** Signature, index and hashes; `verify evidence` derives its results again. */
  checked: { valid: boolean; why: string };
  changes: Change[];
}

export interface History {
  fqdn: string;
  entries: HistoryEntry[];
}

/** Throws E6102 without any evidence, and E6101 with the history when one of it is not valid or is missing; `show` is called before that. */
export async function evidenceHistory(context: Context, show: (history: History) => void): Promise<History> {
  const folder = evidenceFolder(await context.stateDir());
  const fqdn = basename(join(folder, '..'));
  const names = bundlesIn(folder);
  if (names.length === 0)
    throw fail('E6102', `There is no evidence in ${folder}.`, {
      actions: [command('verify dod'), command('verify round')],
    });
  const entries: HistoryEntry[] = [];
  const summaries: BundleSummary[] = [];
  for (const [index, name] of names.entries()) {
    context.signal.throwIfAborted();
    const file = join(folder, name);
    const read = await readEntry(context, fqdn, file);
    if (typeof read === 'string') {
      entries.push({
        ...unread(name),
        bundle: file,
        link: 'broken',
        checked: { valid: false, why: read },
        changes: [],
      });
      continue;
    }
    const { kind, at, verdict, grade } = read.summary;
    entries.push({
      ...{ kind, at, verdict, bundle: file, link: linkOf(file, read.predicate, names[index - 1]) },
      ...(grade ? { grade } : {}),
      checked: { valid: true, why: read.why },
      changes: changesOf(read.summary, summaries),
    });
    summaries.push(read.summary);
  }
  const history = { fqdn, entries };
  show(history);
  requireWhole(history);
  return history;
}

function requireWhole(history: History): void {
  const wrong = history.entries.filter(({ link, checked }) => link === 'broken' || !checked.valid);
  if (wrong.length === 0) return;
  const [first] = wrong;
  const why = first!.checked.valid ? 'it names another predecessor than the one in this folder' : first!.checked.why;
  throw fail('E6101', `The history of ${history.fqdn} is not complete: ${basename(first!.bundle)}: ${why}.`, {
    actions: ['restore the missing bundles from a backup', command('verify evidence', first!.bundle)],
    data: { result: history },
  });
}

interface ReadEntry {
  summary: BundleSummary;
  predicate: Predicate;
  /** With which key it was checked. */
  why: string;
}

/** A clause where it counts for nothing. */
async function readEntry(context: Context, fqdn: string, file: string): Promise<ReadEntry | string> {
  try {
    const known = { configDir: configDir(context.env), ownKeyOf: context.evidenceKeyOf };
    const opened = await readBundle(file);
    const { publicKey, origin } = await evidenceKey(known, { ...claimOf(file, opened), fqdn }, file);
    const statement = intactStatement(opened, publicKey);
    if (typeof statement === 'string') return statement;
    if (statement.predicate.fqdn !== fqdn) return `it is about ${statement.predicate.fqdn}`;
    return {
      summary: summaryOf(opened, statement.predicate),
      predicate: statement.predicate,
      why: `checked with ${origin}`,
    };
  } catch (error) {
    return clauseOf(error);
  }
}

function summaryOf({ files }: OpenBundle, { kind }: Predicate): BundleSummary {
  const json = (path: string): unknown => JSON.parse(String(files.get(path)));
  const scan = checkShape(scansShape, json(paths.scans)).data?.umbilical as ScanResult | undefined;
  const round = kind === 'round' ? roundIn({ files }) : undefined;
  if (round && scan) return summaryOfRound(round, scan);
  const { data: report } = checkShape(reportShape, kind === 'round' ? undefined : json(reportPaths.verdict));
  if (kind !== 'round' && report) return summaryOfVerdict(kind, report as unknown as DodReport, scan);
  throw new Error('it is not what catalyst writes');
}

/** By its name alone: what is in it is not believed. */
function unread(name: string): Pick<HistoryEntry, 'kind' | 'at' | 'verdict'> {
  const [, kind = '', day = '', time = '', verdict = ''] =
    /^([a-z]+)-(\d{4}-\d\d-\d\d)T([\d-]+)Z-([a-z]+)\.tar$/.exec(name) ?? [];
  const [h, m, s, ms = '000'] = time.split('-');
  return { kind: kind as BundleSummary['kind'], at: `${day}T${h}:${m}:${s}.${ms}Z`, verdict: verdict.toUpperCase() };
}

function linkOf(file: string, { previous }: Predicate, before: string | undefined): Link {
  if (before === undefined) return previous === undefined ? 'first' : 'cut';
  return previous?.bundle === before && lookAtPrevious(file, previous) === 'whole' ? 'linked' : 'broken';
}
