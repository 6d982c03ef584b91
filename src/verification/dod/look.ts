/** All releases of a Sovereign as they were seen at one moment, and what is wrong with them by that. */
import type { SinglePoint } from '../../kubernetes/single-points.js';
import type { ReleasesSeen } from './checks/installed/releases-found.js';
import type { WorkloadsSeen } from './checks/installed/workloads-found.js';

export interface LiveRelease {
  blueprint: string;
  release: string;
  version: string;
  digest?: string;
}

/** What was seen of all releases at one moment, raw. */
export interface LookSeen {
  /** RFC 3339. */
  at: string;
  releases: ReleasesSeen;
  workloads: WorkloadsSeen;
  /** What ends with one node, seen in the cluster. */
  single: SinglePoint[];
}

export interface Look {
  at: Date;
  problems: string[];
  /** What could not be looked at. */
  open: string[];
  single: SinglePoint[];
  releases: LiveRelease[];
  seen: LookSeen;
}
