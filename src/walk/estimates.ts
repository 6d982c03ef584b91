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

type Seconds = readonly [all: number, waiting: number];

/** Of each step how long it takes in each world, in seconds, and how many of these it waits. */
const steps: Readonly<Record<string, Readonly<Record<EstimatedWorld, Seconds>>>> = {
  '#370': { lab: [1, 0], engines: [5, 4], hetzner: [300, 270] },
  '#371': { lab: [1, 0], engines: [5, 4], hetzner: [120, 90] },
  cluster: { lab: [4, 2], engines: [40, 35], hetzner: [720, 660] },
  'bp-cilium': { lab: [2, 1], engines: [20, 18], hetzner: [240, 210] },
  '#338': { lab: [5, 3], engines: [30, 25], hetzner: [240, 210] },
  '#372': { lab: [6, 4], engines: [30, 25], hetzner: [240, 210] },
  'bp-vcluster': { lab: [4, 2], engines: [25, 20], hetzner: [180, 150] },
  'bp-valkey': { lab: [4, 2], engines: [25, 20], hetzner: [180, 150] },
  'bp-sealed-secrets': { lab: [5, 3], engines: [30, 25], hetzner: [180, 150] },
  'bp-cert-manager': { lab: [5, 3], engines: [40, 35], hetzner: [240, 210] },
  'bp-cnpg': { lab: [6, 4], engines: [60, 50], hetzner: [600, 540] },
  'bp-powerdns': { lab: [2, 1], engines: [30, 25], hetzner: [300, 270] },
  '#373': { lab: [3, 2], engines: [60, 55], hetzner: [900, 840] },
  '#374': { lab: [1, 0], engines: [10, 8], hetzner: [600, 570] },
  '#375': { lab: [3, 2], engines: [30, 25], hetzner: [240, 210] },
  '#376': { lab: [5, 3], engines: [40, 35], hetzner: [300, 270] },
  '#377': { lab: [3, 2], engines: [40, 35], hetzner: [420, 390] },
  '#316': { lab: [5, 3], engines: [60, 50], hetzner: [420, 390] },
  '#331': { lab: [2, 1], engines: [30, 25], hetzner: [180, 150] },
  '#378': { lab: [3, 2], engines: [60, 50], hetzner: [480, 450] },
  '#380': { lab: [6, 4], engines: [40, 35], hetzner: [420, 390] },
  '#382': { lab: [7, 5], engines: [40, 35], hetzner: [300, 270] },
  '#381': { lab: [10, 7], engines: [60, 50], hetzner: [720, 660] },
  '#379': { lab: [9, 6], engines: [50, 45], hetzner: [360, 330] },
  '#383': { lab: [10, 7], engines: [60, 50], hetzner: [600, 540] },
  '#327': { lab: [8, 5], engines: [60, 50], hetzner: [480, 450] },
  '#384': { lab: [12, 8], engines: [60, 50], hetzner: [600, 540] },
  '#385': { lab: [4, 2], engines: [40, 35], hetzner: [420, 390] },
  '#317': { lab: [30, 22], engines: [120, 100], hetzner: [1800, 1740] },
  '#319': { lab: [5, 3], engines: [40, 35], hetzner: [600, 570] },
};

const stepsOf = (world: EstimatedWorld): Record<string, Estimate> =>
  Object.fromEntries(
    Object.entries(steps).map(
      ([
        id,
        {
          [world]: [seconds, waiting],
        },
      ]) => [id, { seconds, waiting }] as const,
    ),
  );

export const estimates: Readonly<Record<EstimatedWorld, WorldEstimates>> = {
  lab: {
    at: '2026-11-30',
    from: 'walks of the built-in lab on two cores',
    steps: stepsOf('lab'),
  },
  engines: {
    at: '2026-11-30',
    from: 'twice the built-in lab, and the intervals of real controllers; not measured',
    steps: stepsOf('engines'),
  },
  hetzner: {
    at: '2026-11-30',
    from: 'the WBS and what charts, images and certificate authorities usually take; not measured',
    steps: stepsOf('hetzner'),
  },
};
