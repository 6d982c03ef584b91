/**
 * How long each step takes where nothing was measured yet, by the kind of world: data with a date. What was measured on the same world, a
 * rehearsal included, goes before.
 */

/** Emulated servers, real control planes on this machine, or a real Hetzner project. */
export type EstimatedWorld = 'lab' | 'engines' | 'hetzner';

export interface Estimate {
  seconds: number;
  /** How much of it is waiting for something else, which a run may be spared. */
  waiting: number;
}

export interface WorldEstimates {
  at: string;
  /** Where the numbers are from, for a person. */
  from: string;
  steps: Readonly<Record<string, Estimate>>;
}

type Row = readonly [id: string, seconds: number, waiting: number];
const rows = (...all: readonly Row[]): Record<string, Estimate> =>
  Object.fromEntries(all.map(([id, seconds, waiting]) => [id, { seconds, waiting }]));

export const estimates: Readonly<Record<EstimatedWorld, WorldEstimates>> = {
  lab: {
    at: '2026-11-30',
    from: 'walks of the built-in lab on two cores',
    steps: rows(
      ['#370', 1, 0],
      ['#371', 1, 0],
      ['cluster', 4, 2],
      ['bp-cilium', 2, 1],
      ['#338', 5, 3],
      ['#372', 6, 4],
      ['bp-vcluster', 4, 2],
      ['bp-valkey', 4, 2],
      ['bp-sealed-secrets', 5, 3],
      ['bp-cert-manager', 5, 3],
      ['bp-cnpg', 6, 4],
      ['bp-powerdns', 2, 1],
      ['#373', 3, 2],
      ['#374', 1, 0],
      ['#375', 3, 2],
      ['#376', 5, 3],
      ['#377', 3, 2],
      ['#316', 5, 3],
      ['#331', 2, 1],
      ['#378', 3, 2],
      ['#380', 6, 4],
      ['#382', 7, 5],
      ['#381', 10, 7],
      ['#379', 9, 6],
      ['#383', 10, 7],
      ['#327', 8, 5],
      ['#384', 12, 8],
      ['#385', 4, 2],
      ['#317', 30, 22],
      ['#319', 5, 3],
    ),
  },
  engines: {
    at: '2026-11-30',
    from: 'twice the built-in lab, and the intervals of real controllers; not measured',
    steps: rows(
      ['#370', 5, 4],
      ['#371', 5, 4],
      ['cluster', 40, 35],
      ['bp-cilium', 20, 18],
      ['#338', 30, 25],
      ['#372', 30, 25],
      ['bp-vcluster', 25, 20],
      ['bp-valkey', 25, 20],
      ['bp-sealed-secrets', 30, 25],
      ['bp-cert-manager', 40, 35],
      ['bp-cnpg', 60, 50],
      ['bp-powerdns', 30, 25],
      ['#373', 60, 55],
      ['#374', 10, 8],
      ['#375', 30, 25],
      ['#376', 40, 35],
      ['#377', 40, 35],
      ['#316', 60, 50],
      ['#331', 30, 25],
      ['#378', 60, 50],
      ['#380', 40, 35],
      ['#382', 40, 35],
      ['#381', 60, 50],
      ['#379', 50, 45],
      ['#383', 60, 50],
      ['#327', 60, 50],
      ['#384', 60, 50],
      ['#385', 40, 35],
      ['#317', 120, 100],
      ['#319', 40, 35],
    ),
  },
  hetzner: {
    at: '2026-11-30',
    from: 'the WBS and what charts, images and certificate authorities usually take; not measured',
    steps: rows(
      ['#370', 300, 270],
      ['#371', 120, 90],
      ['cluster', 720, 660],
      ['bp-cilium', 240, 210],
      ['#338', 240, 210],
      ['#372', 240, 210],
      ['bp-vcluster', 180, 150],
      ['bp-valkey', 180, 150],
      ['bp-sealed-secrets', 180, 150],
      ['bp-cert-manager', 240, 210],
      ['bp-cnpg', 600, 540],
      ['bp-powerdns', 300, 270],
      ['#373', 900, 840],
      ['#374', 600, 570],
      ['#375', 240, 210],
      ['#376', 300, 270],
      ['#377', 420, 390],
      ['#316', 420, 390],
      ['#331', 180, 150],
      ['#378', 480, 450],
      ['#380', 420, 390],
      ['#382', 300, 270],
      ['#381', 720, 660],
      ['#379', 360, 330],
      ['#383', 600, 540],
      ['#327', 480, 450],
      ['#384', 600, 540],
      ['#385', 420, 390],
      ['#317', 1800, 1740],
      ['#319', 600, 570],
    ),
  },
};
