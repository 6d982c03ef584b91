/**
 * The second negative control: a Pod of the Sovereign asks for catalyst-api on the mother, as what still depends on her would. Our own
 * canary sees the way from here; this one sees the way that counts.
 */

import type { Mutation } from '../../../engine/mutation.js';
import { messageOf } from '../../../support/errors/errors.js';
import { type ProbeJob, probeJobMutations, runProbe } from '../../../walk/probes/probe-job.js';
import type { Acting } from '../../../world/step.js';
import type { World } from '../../../world/world.js';
import { ownImage } from '../egress-ways.js';
import { leftOutClasses } from '../judge/left-out.js';
import { canaryUrl } from '../probes.js';
import { type CanaryWord, isAlive } from './canary-words.js';

export interface InsideCanary {
  words: CanaryWord[];
  /** It was heard before the fault, so it can fall silent. */
  isUsable: boolean;
  notExercised: { class: string; reason: string }[];
  /** Throws what the Job throws. */
  listen(): Promise<CanaryWord>;
}

const script = `set -eu
status=$(curl -sk -o /dev/null -m 8 --connect-timeout 4 -w '%{http_code}' "$URL") || status=0
printf '{"status":%d}' "$status" > /dev/termination-log
`;

export const canaryJob = (image: string, url: string): ProbeJob => ({
  name: 'mother-heard',
  image,
  script,
  env: { URL: url },
  timeoutMs: 60_000,
});

/** Plan of `openCanary` and of each `listen`. */
export const insideCanaryMutations: readonly Mutation[] = probeJobMutations(canaryJob('', ''));

/** Listens once, before the fault. `now`: milliseconds since the experiment began. */
export async function openCanary(world: World, acting: Acting, now: () => number): Promise<InsideCanary> {
  const kube = await world.kube();
  const words: CanaryWord[] = [];
  const unheard = (reason: string) => [{ class: leftOutClasses.canary, reason }];
  const listen = async () => {
    const from = now();
    const { status } = await runProbe<{ status: number }>(
      kube,
      acting,
      canaryJob(await ownImage(kube), canaryUrl(world)),
    );
    const word = { from, to: now(), status };
    words.push(word);
    return word;
  };
  try {
    const isUsable = isAlive(await listen());
    const notExercised = isUsable
      ? []
      : unheard('no Pod of the Sovereign reaches catalyst-api on the mother to begin with');
    return { words, isUsable, notExercised, listen };
  } catch (error) {
    acting.undo.signal?.throwIfAborted();
    return { words, isUsable: false, notExercised: unheard(`it could not listen: ${messageOf(error)}`), listen };
  }
}
