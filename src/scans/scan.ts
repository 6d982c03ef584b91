/** What read-only verification is given, and how it answers (product.md §4). */
import type { World } from '../world/world.js';
import { breaksGrade, type Grade } from './grade.js';
import type { NodeFiles } from './umbilical/node-files.js';

/** Of the world, what a scan reads. */
export type Scanned = Pick<World, 'sovereign' | 'clock' | 'signal' | 'http' | 'dns' | 'kube' | 'mother' | 'git'>;

export interface Finding {
  /** Stable: the same finding has the same id in the next scan. */
  id: string;
  where: string;
  what: string;
  /** What it would break when the mother goes. */
  breaks: string;
  remedy: string;
  /** Of a reference: the first grade of independence that it makes impossible. */
  grade?: Grade;
  /** Of an object that another one makes: the one that makes it in the end, as `Deployment apps/shop`. Its Pods change names, it does not. */
  source?: string;
  /** Why it may stay. */
  accepted?: string;
  /** It names the Sovereign, and its owner is unknown: it is reported and left alone (product.md §7). */
  mention?: true;
}

/** What came of looking at a place. The first alone may be taken for an answer about what is there. */
export type LookAnswer = 'looked' | 'not served' | 'forbidden' | 'could not look';

export interface Looked {
  place: string;
  how: string;
  /** False: could not look, which counts as a failure. */
  ok: boolean;
  answer: LookAnswer;
  /** Findings. */
  found?: number;
  /** Objects, files or record sets that were looked at. */
  count?: number;
  error?: string;
}

/** A place that no scan looks at: no program can read it, or the world at hand does not have it. Never claimed, never counted. */
export interface Unlooked {
  place: string;
  why: string;
}

/** Something of catalyst's own, by its run: it is no finding of this scan, and goes by itself. */
export interface OwnMark {
  where: string;
  run: string;
  /** When the cluster removes it itself; ISO 8601. */
  until?: string;
  /** That time has passed, and it is still there. */
  expired: boolean;
}

export interface ScanResult {
  findings: Finding[];
  looked: Looked[];
  unlooked?: Unlooked[];
  marks?: OwnMark[];
  /** Of an umbilical scan that looked at nodes: each file there, by the hosts and addresses in it. */
  nodes?: NodeFiles[];
  /** The grade that the spec asks for: a finding that breaks only a higher one is told and leaves the scan clean. */
  asked?: Grade;
  /** By what the mother was recognized, beside the names that the spec lists: a later scan that cannot ask her goes on from it. */
  known?: MotherMarks;
}

export interface MotherMarks {
  /** IP addresses. */
  addresses: readonly string[];
  /** SHA-256 of the certificates of her cluster's authorities; left out where they could not be read. */
  authorities?: readonly string[];
  /** What recorded these where she was not asked now, for a person. */
  from?: string;
}

/** True for a finding that is neither accepted nor of a grade that nobody asked for. */
export function isOpen({ accepted, grade }: Finding, asked: Grade = 'L1'): boolean {
  return accepted === undefined && (grade === undefined || breaksGrade(grade, asked));
}

export const openFindings = ({ findings, asked }: Pick<ScanResult, 'findings' | 'asked'>): Finding[] =>
  findings.filter((finding) => isOpen(finding, asked));

/** True when nothing is left that is open, and every place was looked at. */
export function isClean(scan: ScanResult): boolean {
  return scan.looked.every((place) => place.ok) && openFindings(scan).length === 0;
}

/** True when every place was looked at, and nothing is left that is the Sovereign's own and not accepted; mentions may be. */
export function holdsNothingOwn(scan: ScanResult): boolean {
  return isClean({ ...scan, findings: scan.findings.filter(({ mention }) => !mention) });
}

/** Findings that are neither accepted nor the Sovereign's own: for a person to look at. */
export function mentionsIn(scan: ScanResult): Finding[] {
  return openFindings(scan).filter(({ mention }) => mention);
}

/** Open findings and unseen places in one sentence. */
export function scanSummary(scan: ScanResult): string {
  const open = openFindings(scan);
  const unseen = scan.looked.filter((place) => !place.ok);
  if (open.length === 0 && unseen.length === 0) return `nothing found in ${scan.looked.length} places${keptText(scan)}`;
  return [
    ...open.slice(0, 4).map((finding) => `${finding.where}: ${finding.what}`),
    ...(open.length > 4 ? [`and ${open.length - 4} more`] : []),
    ...unseen.slice(0, 4).map((place) => `could not look at ${place.place}: ${place.error}`),
    ...(unseen.length > 4 ? [`and ${unseen.length - 4} more places`] : []),
  ].join('; ');
}

function keptText({ findings, asked }: ScanResult): string {
  const accepted = findings.filter((finding) => finding.accepted !== undefined).length;
  const higher = findings.filter((finding) => finding.accepted === undefined && !isOpen(finding, asked)).length;
  return `${accepted > 0 ? `; ${accepted} kept with reason` : ''}${higher > 0 ? `; ${higher} break a higher grade only` : ''}`;
}
