/** The world as one running step sees it: whatever it waits for, on a cluster or at the ingress, is told to the screen. */
import type { Progress } from '../engine/step.js';
import type { Kube } from '../kubernetes/client/kube.js';
import { type NegativeWait, pastNegativeAnswers } from './public-names/past-negative-answers.js';
import { type ThroughIngress, throughIngress } from './public-names/through-ingress.js';
import type { Act, StepContext } from './step.js';
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
  const waiting = ingressWait(world, progress);
  return {
    ...world,
    kube: async () => watchedKube(await world.kube(), progress),
    http: throughIngress(pastNegativeAnswers(world.http, waiting), waiting),
    signIn: throughIngress(pastNegativeAnswers(world.signIn, waiting), waiting),
  };
}

/** What a step changes over HTTP finds its way through the ingress, as what it asks does. */
export function watchedContext(world: World, context: StepContext): StepContext {
  const waiting = ingressWait(world, context.progress);
  const watched =
    (act: Act): Act =>
    (mutation, change, options) =>
      act(
        mutation,
        (writers, operation) =>
          change({ ...writers, http: throughIngress(pastNegativeAnswers(writers.http, waiting), waiting) }, operation),
        options,
      );
  return { ...context, act: watched(context.act), undo: { ...context.undo, act: watched(context.undo.act) } };
}

function ingressWait({ sovereign, dns, clock, signal }: World, progress: Progress): ThroughIngress & NegativeWait {
  return { sovereign, dns, clock, signal, onPending: (pending, deadline) => progress.waiting(pending, deadline) };
}
