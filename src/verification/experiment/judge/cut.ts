/** Whether the Sovereign was cut off from the mother while catalyst-api was dead. Pure. */
import type { Reach } from '../egress-objects.js';

export interface CutSeen {
  hosts: string[];
  addresses: string[];
  /** What a Pod of the Sovereign reached before it, and once it was there. */
  before: Reach;
  during?: Reach | undefined;
}

/** A cut that does not bite shows nothing. */
export function judgeCut(cut: CutSeen | undefined): string[] {
  if (!cut) return [];
  const left = Object.keys(cut.during?.hosts ?? {}).filter((host) => cut.during?.hosts[host]?.reached);
  if (!cut.during) return ['the cut of the Sovereign from the mother was never seen to bite'];
  return left.length > 0 ? [`a Pod of the Sovereign still reached ${left.join(', ')} although it was cut off`] : [];
}
