/** The same routes and the same requests to the lab's ingress and to Traefik itself. A difference is mended in the lab or listed in differences.ts. */
import { afterAll, beforeAll, describe } from 'vitest';
import { finishedFolder } from '../../../../lab/src/engines/build/cache.js';
import { engines } from '../../../../lab/src/engines/build/catalog.js';
import { until } from '../../rig.js';
import { compareTurns, everyDifferenceIsHeld } from '../compare.js';
import { ingressDifferences as differences } from '../differences.js';
import { type Ingresses, startIngresses } from './servers.js';
import { type Answer, hold, take, turns } from './turns.js';

const has = (name: string) => finishedFolder(engines.find((one) => one.name === name)!, process.env) !== undefined;

describe.skipIf(!has('traefik') || !has('crds-traefik'))('beside Traefik itself', () => {
  let ingresses: Ingresses | undefined;
  let emulated: Record<string, Answer>;
  let real: Record<string, Answer>;
  beforeAll(async () => {
    ingresses = await startIngresses();
    // one of either provider: each gives all its routes at once
    for (const [settings, ids] of Object.entries(canaries))
      for (const id of ids) {
        const canary = turns.find((one) => one.id === id)!;
        await until(async () => (await take(canary, ingresses!.real[settings as 'tree'])).status === 200);
      }
    [emulated, real] = [await hold(ingresses.emulated), await hold(ingresses.real)];
  });
  afterAll(() => ingresses?.close());

  compareTurns(turns, differences, () => ({ emulated, real }));

  everyDifferenceIsHeld(differences, turns);
});

const canaries = {
  tree: ['tree: root', 'tree: a route'],
  bare: ['bare: plain', 'bare: plain, a route'],
};
