/** A kill experiment that did what it claims, to be spoiled. */
import type { Observed } from '../../src/verification/experiment/experiment.js';
import type { MotherWatch, Sighting } from '../../src/verification/experiment/mother/sightings.js';
import type { Sample } from '../../src/verification/experiment/samples.js';

export const ticks = (probe: string, bad: (t: number) => boolean = () => false): Sample[] =>
  Array.from({ length: 61 }, (_, n) => {
    const t = n * 500;
    return bad(t) ? { probe, t, ms: 10, ok: false, status: 503 } : { probe, t, ms: 10, ok: true, status: 200 };
  });

const undo = { uid: 'u', armed: true, ended: false };
const deployment = { uid: 'd', generation: 2, replicas: 0, running: 0 };
export const alive: Omit<Sighting, 't'> = {
  deployment: { ...deployment, generation: 1, replicas: 1, running: 1 },
  replicaSets: ['catalyst-api-6f: 1 of 1'],
  pods: ['catalyst/catalyst-api-6f-x'],
  endpoints: ['10.0.0.7 in EndpointSlice catalyst-api'],
  suspended: false,
  undo,
};
export const gone: Omit<Sighting, 't'> = {
  deployment,
  replicaSets: [],
  pods: [],
  endpoints: [],
  suspended: true,
  undo,
};

/** Looked at every second; `seen` is what was seen from a moment on. */
export const watchOf = (...seen: Sighting[]): MotherWatch => ({
  looks: Array.from({ length: 31 }, (_, n) => n * 1000),
  sightings: seen,
  missed: [],
});

export const witnesses = ['witness: loopback', 'witness: cloud'];

export function observed(change: Partial<Observed> = {}): Observed {
  return {
    startedAt: '2026-11-22T10:00:00Z',
    window: {
      requestedMs: 20_000,
      intervalMs: 500,
      maxOutageMs: 0,
      baselineFrom: 0,
      faultAt: 3000,
      undoAt: 25_000,
      endedAt: 30_000,
    },
    control: { name: 'canary', url: 'https://mother/' },
    probeClasses: { canary: 'control', console: 'sovereign', [witnesses[0]!]: 'witness', [witnesses[1]!]: 'witness' },
    samples: [
      ...ticks('canary', (t) => t >= 4000 && t < 26_000),
      ...ticks('console'),
      ...witnesses.flatMap((name) => ticks(name)),
    ],
    jumps: [],
    loads: [],
    watch: watchOf({ t: 0, ...alive }, { t: 4000, ...gone }, { t: 25_100, ...alive }),
    canaryInside: [
      { from: 500, to: 1500, status: 200 },
      { from: 5000, to: 6000, status: 503 },
      { from: 18_000, to: 19_000, status: 0 },
    ],
    exercises: [{ name: 'push', class: 'gitops', ok: true, from: 5000, to: 9000, reason: 'rolled out' }],
    notExercised: [],
    undo: { job: 'catalyst/undo', armedBeforeFault: true, differences: [] },
    audit: [],
    protectedDifferences: [],
    lab: false,
    ...change,
  };
}

/** The same samples, with those of one probe that `hit` chooses changed. */
export const changed = (probe: string, hit: (t: number) => boolean, by: Partial<Sample>, of = observed().samples) =>
  of.map((one) => (one.probe === probe && hit(one.t) ? { ...one, ...by } : one));
