/** The states in order and what reaching each does; every act first asks the world, so that a killed run goes on where it was. */
import type { Mutation } from '../engine/mutation.js';
import { isSessionNeeded } from '../mother/deployment-api.js';
import { checkProtected } from '../mother/protected/protected-watch.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import type { World } from '../world/world.js';
import { confirmCrossing, intendCrossing, planCrossing } from './crossing.js';
import { type Handover, jobMutation, takeInventory } from './handover.js';
import { requireIdle } from './mother/erase.js';
import { freezeMutation, leftAloneLines, suspend, toFreeze } from './mother/freeze.js';
import { ifThere, requireRead, takeWholeInventory } from './mother/inventory.js';
import { knownIds } from './mother/known-ids.js';
import { bindingsOfMother, copiesThere, dropBindingMutation, dropCopyMutation, revokeAccess } from './mother/revoke.js';
import { type HandoverState, hasReached, placesOf, recordMutation } from './record.js';
import { createToken, pivot, pivotMutation, secretMutation, tokenMutation } from './sovereign/activate.js';
import { keepItem, makeCopies, recordsMutation, verifyCopies } from './sovereign/copy.js';
import { checkDelegation } from './sovereign/delegation.js';
import { planHandingOver } from './sovereign/follow-git.js';
import { organizationMutation, pushMutation, repositoryMutation } from './sovereign/gitea.js';
import { requireHealthy } from './sovereign/health.js';

export interface Stage {
  state: HandoverState;
  /** What reaching it would change now; asks only what exists already. */
  plan(world: World): Promise<Mutation[]>;
  reach(handover: Handover): Promise<void>;
}

const noting = (world: World, state: HandoverState): Mutation[] =>
  placesOf(world).map((place) => recordMutation(place, state));

/** What is about to be created in Gitea is recorded first. */
const progress = (world: World): Mutation[] => placesOf(world).map((place) => recordMutation(place, 'progress'));

const prepared: Stage = {
  state: 'PREPARED',
  plan: async (world) => [jobMutation(world, 'inventory')],
  async reach({ world, act, record, progress }) {
    const inventory = await takeInventory(world, act, knownIds(world, record));
    requireIdle(inventory.inFlight);
    record.ids = inventory.ids;
    await requireHealthy(world, progress);
    const whole = await takeWholeInventory(world, inventory);
    requireRead(whole);
    for (const item of whole.items) keepItem(record.items, item);
    progress.output(`${inventory.count} files of ${inventory.ids.length} records are on the mother`);
  },
};

const frozenStage: Stage = {
  state: 'FROZEN',
  plan: async (world) => (await ifThere(() => toFreeze(world))).map((object) => freezeMutation(object, 'suspend')),
  async reach({ world, act, record, progress }) {
    for (const line of await leftAloneLines(world)) progress.output(line);
    for (const object of await toFreeze(world))
      await act(freezeMutation(object, 'suspend'), async (writers) =>
        suspend(await writers.mother(), object, record.runId),
      );
  },
};

const copied: Stage = {
  state: 'COPIED',
  plan: async (world) => [
    ...progress(world),
    organizationMutation(world),
    repositoryMutation(world),
    await pushMutation(world),
    ...((await isSessionNeeded(world)) ? [jobMutation(world, 'facts')] : []),
    recordsMutation(world),
  ],
  reach: makeCopies,
};

const verified: Stage = { state: 'VERIFIED', plan: async () => [], reach: verifyCopies };

const activated: Stage = {
  state: 'ACTIVATED',
  plan: async (world) => [
    ...progress(world),
    tokenMutation,
    ...(await planCrossing(world)),
    secretMutation,
    ...(await ifThere(async () => planHandingOver(world, await world.kube()))),
    pivotMutation(world),
  ],
  async reach(handover) {
    const { world, progress } = handover;
    const delegation = await checkDelegation(world);
    if (!delegation.ok) {
      throw fail('E5101', `Not activated: ${delegation.summary}.`, {
        actions: [command('ticket run', '374'), command('handover finalize')],
      });
    }
    progress.output(delegation.summary);
    await confirmCrossing(handover);
    await createToken(handover);
    await intendCrossing(handover);
    await pivot(handover);
  },
};

const revoked: Stage = {
  state: 'REVOKED',
  plan: async (world) => [
    ...(await ifThere(() => copiesThere(world))).map(dropCopyMutation),
    ...(await ifThere(() => bindingsOfMother(world))).map(dropBindingMutation),
    jobMutation(world, 'try-credentials'),
  ],
  reach: revokeAccess,
};

/** PREPARED … REVOKED, what `handover finalize` runs. */
export const finalStages: readonly Stage[] = [prepared, frozenStage, copied, verified, activated, revoked];

/** Mutations of every stage that is still ahead. */
export async function planStages(world: World, reached: (state: HandoverState) => boolean): Promise<Mutation[]> {
  const mutations: Mutation[] = [];
  for (const stage of finalStages.filter((one) => !reached(one.state)))
    mutations.push(...(await stage.plan(world)), ...noting(world, stage.state));
  return mutations;
}

/** Goes through the stages that are ahead, keeping each state as it is reached. */
export async function reachRevoked(handover: Handover): Promise<void> {
  for (const stage of finalStages) {
    if (hasReached(handover.record, stage.state)) continue;
    handover.signal.throwIfAborted();
    await stage.reach(handover);
    await checkProtected(handover.world, `After ${stage.state}`);
    await handover.save(stage.state);
  }
}
