import { expect, test } from 'vitest';
import { platformSteps, wbsOf } from '../../../src/walk/catalog.js';
import { estimates } from '../../../src/walk/estimates.js';
import { phases, tickets, unticketed } from '../../../src/walk/wbs.js';
import { fakeWorld } from './rig.js';

test('all 24 Blueprints stand in the graph, each step once, in the order of the phases', async () => {
  const { world } = await fakeWorld();
  const steps = platformSteps(world);
  const ids = steps.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(steps.map(({ blueprint }) => blueprint).filter(Boolean)).size).toBe(24);
  expect(steps.map(({ phase }) => phase)).toEqual(steps.map(({ phase }) => phase).toSorted((a, b) => a - b));
  const inWbs = [...tickets, ...unticketed].filter(({ phase }) => phase <= 6).map(({ id }) => id);
  expect([...ids].sort()).toEqual(inWbs.sort());
});

test('steps need what the WBS says, and nothing that is not there', async () => {
  const { world } = await fakeWorld();
  const known = new Set([...tickets, ...unticketed].map(({ id }) => id));
  for (const step of platformSteps(world)) {
    expect(step.needs, step.id).toEqual(wbsOf(step.id).needs);
    for (const need of step.needs) expect(known.has(need), `${step.id} needs ${need}`).toBe(true);
  }
});

test('what a Blueprint says it depends on does not contradict the WBS', async () => {
  const { world } = await fakeWorld();
  const phaseOf = (id: string) => wbsOf(world.blueprints.find(({ name }) => name === id)?.step ?? id).phase;
  for (const blueprint of world.blueprints) {
    for (const need of blueprint.dependsOn) {
      expect(phaseOf(need), `${blueprint.name} needs ${need}`).toBeLessThanOrEqual(phaseOf(blueprint.step));
    }
  }
});

test('every phase that has tickets has a step', () => {
  for (const { id } of phases) expect([...tickets, ...unticketed].some(({ phase }) => phase === id)).toBe(true);
});

test.each(Object.entries(estimates))(
  'in the world %s every step has an estimate, dated, of which it may wait less than all',
  (_, { at, steps }) => {
    const ids = [...tickets, ...unticketed].filter(({ phase }) => phase < 8).map(({ id }) => id);
    expect(Object.keys(steps).sort()).toEqual(ids.sort());
    expect(at).toMatch(/^20\d\d-\d\d-\d\d$/);
    for (const { seconds, waiting } of Object.values(steps)) expect(waiting).toBeLessThan(seconds);
  },
);
