/** Whether there is a cluster: one that hangs costs a plan of many steps one look. */
import { describe, expect, it } from 'vitest';
import { fail } from '../../../src/support/errors/errors.js';
import { answeringKube, kubeIfAny } from '../../../src/world/kube-if-any.js';
import { orderedClock } from '../../fakes/ordered-clock.js';

const never = new Promise<never>(() => undefined);

function rig(answer: () => Promise<unknown>) {
  const asked: string[] = [];
  const raw = async (path: string) => {
    asked.push(path);
    return answer();
  };
  const kube = { raw };
  const clock = orderedClock();
  const world = { kube: async () => kube as never, clock, signal: new AbortController().signal };
  return { world, kube, clock, asked };
}

describe('a cluster that may not be there', () => {
  it('is there when it answers, each time that it is asked', async () => {
    const { world, kube, asked } = rig(async () => ({ status: 200 }));
    expect([await kubeIfAny(world), await kubeIfAny(world)]).toEqual([kube, kube]);
    expect(asked).toEqual(['/version', '/version']);
  });

  it('is asked once by all steps of a plan while it hangs, and anew a minute later', async () => {
    const { world, clock, asked } = rig(() => never);
    for (let step = 0; step < 30; step++) expect(await kubeIfAny(world)).toBeUndefined();
    expect(asked).toHaveLength(1);
    expect(clock.passedMs()).toBe(15_000);
    await clock.sleep(60_000);
    await kubeIfAny(world);
    expect(asked).toHaveLength(2);
  });

  it('is asked again by whoever has more patience', async () => {
    const { world, clock, asked } = rig(() => never);
    await kubeIfAny(world);
    await expect(answeringKube(world, 60_000)).rejects.toMatchObject({ code: 'E3101' });
    await expect(answeringKube(world, 60_000)).rejects.toMatchObject({ code: 'E3101' });
    expect(asked).toHaveLength(2);
    expect(clock.passedMs()).toBe(75_000);
  });

  it('is an error when it answers something else than that it is not there', async () => {
    const { world } = rig(async () => {
      throw fail('E3102', 'no');
    });
    await expect(kubeIfAny(world)).rejects.toMatchObject({ code: 'E3102' });
  });
});
