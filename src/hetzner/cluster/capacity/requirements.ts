/**
 * What the 24 Blueprints ask of the servers together, and what a server gives them. The sums are those of the charts at their pins,
 * rendered by helm with the values of each profile (November 2026): the requests of all Pods, and the nominal sizes of all volumes. Mimir,
 * 0.34 CPU, 1.2 GiB and 25 GiB of them, was rendered at 6.1.0, one minor below its pin. Limits come to 42 GiB in solo: with 16 GB of memory
 * everything starts, and then ends for want of it.
 */

import { profileOfSpec } from '../../../sovereign/spec/profile.js';
import type { Spec } from '../../../sovereign/spec/schema.js';
import type { ServerType } from '../../api/offerings.js';

type Profile = 'solo' | 'ha';

interface Requirements {
  /** Requests of all Pods. */
  cpu: number;
  memoryGib: number;
  /** Sizes of all volumes, which local-path takes from the servers' disks. */
  volumesGib: number;
  /** Memory of all servers together, in GB, below which the limits leave no room. */
  memoryFloor: number;
}

const requirements: Readonly<Record<Profile, Requirements>> = {
  solo: { cpu: 2.9, memoryGib: 9.1, volumesGib: 131, memoryFloor: 32 },
  ha: { cpu: 5.8, memoryGib: 16.8, volumesGib: 235, memoryFloor: 48 },
};

/** GB of memory below which a control plane cannot carry its share. */
export const controlPlaneFloor = 16;
/** GB of a worker, which has Cilium, telemetry and Velero's agent on it before anything else. */
export const workerFloor = 8;

/** Of each server, for its system and k3s. */
const reserved = { cpu: 0.5, memoryGib: 1.5, diskGib: 40 };

type Size = Pick<ServerType, 'cores' | 'memory' | 'disk'>;

export interface ServerSet {
  controlPlane: Size;
  worker?: Size;
}

/** Why the servers do not carry the Blueprints, with both numbers; undefined when they do. In ha, with any one of them gone. */
export function whyTooSmall(
  { hetzner, ...spec }: Pick<Spec, 'profile' | 'hetzner'>,
  set: ServerSet,
): string | undefined {
  const profile = profileOfSpec({ ...spec, hetzner });
  const needs = requirements[profile];
  const all: Size[] = [
    ...Array.from({ length: hetzner.controlPlane.count }, () => set.controlPlane),
    ...Array.from({ length: hetzner.workers.count }, () => set.worker ?? set.controlPlane),
  ];
  const total = (of: (size: Size) => number, sizes = all) => sizes.reduce((sum, size) => sum + of(size), 0);
  const memory = total((size) => size.memory);
  if (memory < needs.memoryFloor)
    return `the servers have ${memory} GB of memory together; the Blueprints of profile ${profile} need ${needs.memoryFloor} GB`;
  const bySize = all.toSorted((one, other) => one.memory - other.memory);
  const left = profile === 'ha' && all.length > 1 ? bySize.slice(0, -1) : all;
  const gone = left.length < all.length ? ', with one of them gone,' : '';
  const lacks = (what: string, has: number, need: number, unit: string) =>
    has < need
      ? `the servers${gone} have ${has.toFixed(1)} ${unit} of ${what} for Pods; the Blueprints of profile ${profile} request ${need} ${unit}`
      : undefined;
  return (
    lacks(
      'CPU',
      total((size) => size.cores - reserved.cpu, left),
      needs.cpu,
      'cores',
    ) ??
    lacks(
      'memory',
      total((size) => size.memory - reserved.memoryGib, left),
      needs.memoryGib,
      'GiB',
    ) ??
    lacks(
      'disk',
      total((size) => size.disk - reserved.diskGib),
      needs.volumesGib,
      'GiB',
    )
  );
}

/** "2.9 CPU, 9.1 GiB of memory and 131 GiB of volumes" */
export function requirementsText(spec: Pick<Spec, 'profile' | 'hetzner'>): string {
  const { cpu, memoryGib, volumesGib } = requirements[profileOfSpec(spec)];
  return `${cpu} CPU, ${memoryGib} GiB of memory and ${volumesGib} GiB of volumes`;
}
