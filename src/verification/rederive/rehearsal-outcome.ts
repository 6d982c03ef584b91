/** What a bundle that a rehearsal wrote proves: the walk to a phase on a Sovereign that is gone, and never anything of one that stands. Pure. */
import type { Predicate } from '../../evidence/bundle.js';
import { clusterParts } from '../../hetzner/cluster/parts.js';
import { provenListing, readCycle } from '../rehearsal/cycle.js';
import { leftThen, listingPath } from '../rehearsal/judge.js';
import { rehearsedUntil } from './known-steps.js';
import type { RawBundle } from './raw-bundle.js';

export interface RehearsalOutcome {
  /** The last phase that was walked. */
  until: number;
  /** What it lacks to answer D20, a clause each; empty where a verdict can take it, as long as it is new enough and of the same spec. */
  lacks: string[];
}

/** Undefined where the bundle is no rehearsal's. */
export function rehearsalOutcome(raw: RawBundle, predicate: Predicate): RehearsalOutcome | undefined {
  const until = rehearsedUntil(raw, predicate);
  if (until === undefined) return undefined;
  if (predicate.kind !== 'rehearsal') return { until, lacks: ['it shows the state before the wipe, and not the wipe'] };
  if (until < 6) return { until, lacks: [`D20 requires all phases 0 to 6, and it ended at phase ${until}`] };
  const steps = raw.steps.map(({ id }) => id);
  const servers = clusterParts(raw.sovereign).servers.map(({ name }) => name);
  return { until, lacks: readCycle(raw.entries, { steps, servers }).problems };
}

export const rehearsalLine = (fqdn: string, { until, lacks }: RehearsalOutcome): string =>
  lacks.length === 0
    ? `its journal proves that ${fqdn} was built to phase ${until}, wiped again, and left nothing behind`
    : `it is of a rehearsal to phase ${until} and cannot answer D20: ${lacks.join('; ')}`;

/** A clause where the listing of a rehearsal is not what its journal proves, or shows that something was left. */
export function bentListing({ entries, text }: RawBundle, { kind, fqdn }: Predicate): string | undefined {
  if (kind !== 'rehearsal') return undefined;
  const proven = provenListing(entries);
  if (proven === undefined) return 'its journal has no proof that nothing was left';
  const listing = text(listingPath);
  const [wrong] = leftThen(listing === undefined ? undefined : JSON.parse(listing), fqdn, proven);
  return wrong;
}
