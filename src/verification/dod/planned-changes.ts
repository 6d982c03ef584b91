/** What taking items of the checklist changes: the proofs that it takes again, and each experiment. */
import type { Mutation } from '../../engine/mutation.js';
import { residueMutations } from '../../handover/mother/residue.js';
import { nodeFilesMutations } from '../../walk/probes/node-files.js';
import { nodePoolJoins } from '../../walk/proofs/cluster/node-pool-joins.js';
import { certificateRenews } from '../../walk/proofs/network/certificate-renews.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { isTaken } from '../black-start/black-start.js';
import { blackStartMutations } from '../black-start/mutations.js';
import { windowMutations } from '../experiment/egress/window.js';
import { cutMutations } from '../experiment/egress-cut.js';
import { exercisedTickets, exerciseMutations, pushMutations } from '../experiment/exercises.js';
import { flowsMutations } from '../experiment/flows/follow-flows.js';
import { killMutations } from '../experiment/kill.js';
import { backupProofs, claimProofs, type Item, pushProof } from './checklist.js';
import { lookForMother } from './mother-lost.js';
import { takes } from './select.js';
import type { DodOptions } from './verify.js';

/** Items that take proofs and look at more besides. */
const alsoProofs: Readonly<Record<string, readonly string[]>> = {
  D8: [pushProof],
  D9: backupProofs,
  D13: claimProofs,
};

/** Every change that a verification of these items would make on the present world, each proof once. */
export async function plannedChanges(world: World, items: readonly Item[], options: DodOptions): Promise<Mutation[]> {
  const asksMother = takes(items, 'D15') || takes(items, 'D17');
  const isThere = asksMother && (await lookForMother(world)) === undefined;
  const kills = isThere && takes(items, 'D17');
  const spends = takes(items, 'D13') && (options.spend || (await isLab(world)));
  const proofs = await Promise.all(provenSteps(items, options.steps(), kills).map((step) => step.planProof?.() ?? []));
  return [
    ...(isThere && takes(items, 'D15') ? residueMutations(world) : []),
    ...(kills ? [...(await killMutations(world)), ...(await exerciseMutations(world))] : []),
    ...(kills && options.blackHole !== false ? cutMutations : []),
    ...(kills && !(await isLab(world)) ? await flowsMutations(world) : []),
    ...proofs.flat(),
    ...(scansNodes(items) && !(await isLab(world)) ? await nodeFilesMutations(world) : []),
    ...(takes(items, 'D3') ? pushMutations(world) : []),
    ...(takes(items, 'D5') ? certificateRenews(world).plan() : []),
    ...(spends ? nodePoolJoins(world).plan() : []),
    ...(takes(items, 'D22') ? await windowMutations(world) : []),
    ...((await startsBlack(world, options, items)) ? await blackStartMutations(world, await isLab(world)) : []),
  ];
}

/** Steps whose proof is taken: for the items, and as exercises of the kill. */
function provenSteps(items: readonly Item[], steps: readonly Step[], kills: boolean): Step[] {
  const wanted = new Set([
    ...items.flatMap(({ id, proofs = [] }) => [...proofs, ...(alsoProofs[id] ?? [])]),
    ...(kills ? exercisedTickets.map(({ id }) => id) : []),
  ]);
  const isEvery = items.some(({ id }) => id === 'D2');
  return steps.filter(
    ({ id, ticket, blueprint, phase }) =>
      phase < 8 && (isEvery || [id, ticket, blueprint].some((one) => one !== undefined && wanted.has(one))),
  );
}

/** D22 asks the scan how far its windows may go. */
const scansNodes = (items: readonly Item[]) => takes(items, 'D14') || takes(items, 'D22');

export const startsBlack = async (world: World, { blackStart = false }: DodOptions, items: readonly Item[]) =>
  takes(items, 'D23') && isTaken(world, { lab: await isLab(world), asked: blackStart });

export const isLab = async (world: World) => (await world.identity()).kind === 'lab';
