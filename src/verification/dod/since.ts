/** What differs between a verdict and an earlier one on the same Sovereign. Pure. */
import type { ItemResult } from './item.js';
import type { LiveRelease } from './look.js';
import type { DodReport } from './report.js';

export interface ChangesSince {
  /** RFC 3339; when the earlier verdict was taken. */
  at: string;
  /** An id of an item, `verdict`, or the name of a release. */
  changes: { what: string; before: string; after: string }[];
}

export function changesSince(before: DodReport, now: DodReport): ChangesSince {
  const changes = [
    ...(before.verdict === now.verdict ? [] : [{ what: 'verdict', before: before.verdict, after: now.verdict }]),
    ...itemChanges(before, now),
    ...releaseChanges(releasesOf(before), releasesOf(now)),
  ];
  return { at: before.finishedAt, changes };
}

/** What was not asked for in one of the two says nothing of a change. */
function itemChanges(before: DodReport, now: DodReport): ChangesSince['changes'] {
  const earlier = new Map(before.items.map((item) => [item.id, item]));
  return now.items.flatMap((item) => {
    const then = earlier.get(item.id);
    if (!then || then.status === item.status) return [];
    return [{ what: item.id, before: itemText(then), after: itemText(item) }];
  });
}

const itemText = ({ status, reason }: ItemResult) => (status === 'pass' ? status : `${status}: ${reason}`);

function releasesOf({ items }: DodReport): Map<string, string> | undefined {
  const evidence = items.find(({ id }) => id === 'D1')?.evidence as { releases?: LiveRelease[] } | undefined;
  if (!Array.isArray(evidence?.releases)) return undefined;
  return new Map(
    evidence.releases.map(({ release, version, digest }) => [release, `${version} ${digest ?? ''}`.trim()]),
  );
}

function releaseChanges(
  before: ReadonlyMap<string, string> | undefined,
  now: ReadonlyMap<string, string> | undefined,
): ChangesSince['changes'] {
  if (!before || !now) return [];
  const names = [...new Set([...before.keys(), ...now.keys()])].sort();
  return names
    .map((what) => ({ what, before: before.get(what) ?? 'not there', after: now.get(what) ?? 'gone' }))
    .filter((one) => one.before !== one.after);
}
