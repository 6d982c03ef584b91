/** A probe is told when it changes, once; the canary is red as it must be. */
import { expect, it } from 'vitest';
import type { Part } from '../../../../src/engine/events.js';
import { showMoments, showProbes } from '../../../../src/verification/experiment/kill-screen.js';
import { canaryName } from '../../../../src/verification/experiment/probes.js';
import type { Sample } from '../../../../src/verification/experiment/samples.js';
import type { StepContext } from '../../../../src/world/step.js';

const told: Part[] = [];
const context = { progress: { part: (part: Part) => told.push(part) } } as unknown as StepContext;
const sample = (probe: string, ok: boolean, error?: string) =>
  ({ probe, ok, t: 0, ms: 5, scheduledAt: 0, ...(error === undefined ? {} : { error }) }) as unknown as Sample;

it('tells each change of a probe once', () => {
  told.length = 0;
  const show = showProbes(context);
  show(sample('gitea', true));
  show(sample('gitea', true));
  show(sample('gitea', false, 'status 503'));
  show(sample('gitea', false));
  show(sample(canaryName, false, 'refused'));
  expect(told).toEqual([
    { group: 'probe', id: 'gitea', state: 'pass', note: '' },
    { group: 'probe', id: 'gitea', state: 'fail', note: 'status 503' },
    { group: 'probe', id: canaryName, state: 'fail', note: 'red, as it must be while catalyst-api is down' },
  ]);
});

it('calls a late canary late: it is red only where nothing answers', () => {
  told.length = 0;
  showProbes(context)({ ...sample(canaryName, true), ms: 60_000 });
  expect(told).toEqual([{ group: 'probe', id: canaryName, state: 'fail', note: 'late' }]);
});

it('tells a moment anew, and nothing where nobody watches', () => {
  told.length = 0;
  showMoments(context)('kill', 'running', 'scaled to 0');
  expect(told).toEqual([{ group: 'moment', id: 'kill', state: 'running', note: 'scaled to 0', until: undefined }]);
  const nobody = { progress: {} } as unknown as StepContext;
  showProbes(nobody)(sample('gitea', true));
  expect(told).toHaveLength(1);
});
