/** A walk of the lab whose every step took what it is estimated at. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RecordedWait } from '../../../src/support/recorded-waits.js';
import { durations } from '../../../src/verification/dod/checks/durations.js';
import type { Scope } from '../../../src/verification/dod/scope.js';
import { estimates } from '../../../src/walk/estimates.js';
import { fakeKube } from '../../fakes/fake-kube.js';
import { fakeWorld } from '../../unit/walk/rig.js';
import type { Stage } from '../rigged-world.js';

export interface DurationsWorld {
  scope: Scope;
  /** Steps of the walk; one more has no estimate. */
  steps: { id: string }[];
  /** Milliseconds by step, the newest last. */
  took: Map<string, number[]>;
  waits: Map<string, RecordedWait[]>;
}

async function durationsWorld(): Promise<DurationsWorld> {
  const stateDir = mkdtempSync(join(tmpdir(), 'durations-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  const { world } = await fakeWorld({ cluster: fakeKube(), stateDir });
  const known = Object.entries(estimates.lab.steps);
  const took = new Map(known.map(([id, { seconds }]) => [id, [seconds * 1000]]));
  const waits = new Map<string, RecordedWait[]>();
  const steps = known.map(([id]) => ({ id }));
  const scope = { world, journal: { durations: took, waits }, steps, options: { lab: true } } as unknown as Scope;
  return { scope, steps, took, waits };
}

export const onDurations: Stage<DurationsWorld> = { honest: durationsWorld, judge: ({ scope }) => durations(scope) };
