/** What read-only verification is given, and how it answers (product.md §4). */
import type { World } from '../world/world.js';

/** Of the world, what a scan reads. */
export type Scanned = Pick<World, 'sovereign' | 'clock' | 'signal' | 'http' | 'dns' | 'kube' | 'mother'>;

export interface Finding {
  /** Stable: the same finding has the same id in the next scan. */
  id: string;
  where: string;
  what: string;
  /** What it would break when the mother goes. */
  breaks: string;
  remedy: string;
  /** Why it may stay. */
  accepted?: string;
  /** It names the Sovereign, and its owner is unknown: it is reported and left alone (product.md §7). */
  mention?: true;
}

export interface Looked {
  place: string;
  how: string;
  /** False: could not look, which counts as a failure. */
  ok: boolean;
  found?: number;
  error?: string;
}

export interface ScanResult {
  findings: Finding[];
  looked: Looked[];
}

/** True when nothing is left that is not accepted, and every place was looked at. */
export function isClean(scan: ScanResult): boolean {
  return scan.looked.every((place) => place.ok) && scan.findings.every((finding) => finding.accepted !== undefined);
}

/** True when every place was looked at, and nothing is left that is the Sovereign's own and not accepted; mentions may be. */
export function holdsNothingOwn(scan: ScanResult): boolean {
  return isClean({ ...scan, findings: scan.findings.filter(({ mention }) => !mention) });
}

/** Findings that are neither accepted nor the Sovereign's own: for a person to look at. */
export function mentionsIn(scan: ScanResult): Finding[] {
  return scan.findings.filter(({ mention, accepted }) => mention && accepted === undefined);
}

/** Open findings and unseen places in one sentence. */
export function scanSummary(scan: ScanResult): string {
  const open = scan.findings.filter((finding) => finding.accepted === undefined);
  const unseen = scan.looked.filter((place) => !place.ok);
  if (open.length === 0 && unseen.length === 0) {
    const accepted = scan.findings.length;
    return `nothing found in ${scan.looked.length} places${accepted > 0 ? `; ${accepted} kept with reason` : ''}`;
  }
  return [
    ...open.slice(0, 4).map((finding) => `${finding.where}: ${finding.what}`),
    ...(open.length > 4 ? [`and ${open.length - 4} more`] : []),
    ...unseen.map((place) => `could not look at ${place.place}: ${place.error}`),
  ].join('; ');
}
