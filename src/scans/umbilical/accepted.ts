/** Which findings may stay: those that the spec names, for as long as it says, and no others. Pure. */
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { parseDuration } from '../../support/durations.js';
import type { Finding } from '../scan.js';

type Entry = Sovereign['spec']['independence']['accepted'][number];

export interface Moments {
  now: Date;
  /** When the handover crossed its point of no return; spans count from now as long as it has not. */
  handedOverAt?: Date;
}

/** Each finding with why it may stay; an entry whose time is over accepts nothing. */
export function acceptBySpec(findings: readonly Finding[], accepted: readonly Entry[], moments: Moments): Finding[] {
  return findings.map((finding) => {
    const entry = accepted.find(({ what }) => what === finding.id || what === finding.where);
    if (!entry) return finding;
    const until = untilOf(entry, moments);
    const day = isDay(entry.until) ? entry.until : until.toISOString().slice(0, 10);
    if (until.getTime() <= moments.now.getTime())
      return { ...finding, what: `${finding.what} (accepted by the spec until ${day}, which has passed)` };
    return { ...finding, accepted: `${entry.why} (accepted by the spec until ${day})` };
  });
}

const isDay = (until: string) => /^\d{4}-\d{2}-\d{2}$/.test(until);

/** The end of the day that an entry names, or of the span from the handover. */
function untilOf({ until }: Entry, { now, handedOverAt }: Moments): Date {
  if (isDay(until)) return new Date(Date.parse(`${until}T00:00:00Z`) + 86_400_000);
  return new Date((handedOverAt ?? now).getTime() + parseDuration(until));
}
