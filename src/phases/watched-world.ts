/** The world as one running step sees it: whatever it waits for, on a cluster or at the ingress, is told to the screen. */
import type { Kube } from '../tools/kube.js';
import type { Progress } from './step.js';
import { throughIngress } from './through-ingress.js';
import type { World } from './world.js';

export function watchedKube(kube: Kube, progress: Progress): Kube {
  return {
    ...kube,
    waitFor: (ref, wait) =>
      kube.waitFor(ref, {
        ...wait,
        onPending: wait.onPending ?? ((pending, deadline) => progress.waiting(pending, deadline)),
      }),
  };
}

export function watchedWorld(world: World, progress: Progress): World {
  const { clock, signal, http } = world;
  const onPending = (pending: string, deadline: Date) => progress.waiting(pending, deadline);
  return {
    ...world,
    kube: async () => watchedKube(await world.kube(), progress),
    http: throughIngress(http, { clock, signal, onPending }),
  };
}
