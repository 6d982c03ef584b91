/** Back from any state before the point of no return: what was suspended goes on, the copies go, the record goes last. */

import type { JournalState } from '../../engine/journal-state.js';
import type { Mutation } from '../../engine/mutation.js';
import type { Done, Evidence } from '../../engine/step.js';
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { nameOfObject } from '../../mother/protected/ownership.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { noClusterYet } from '../../world/kube-if-any.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { whyCrossed } from '../crossing.js';
import { type Handover, openHandover } from '../handover.js';
import { freezeMutation, frozen, type LeftAlone, stillFrozen, thaw } from '../mother/freeze.js';
import { holdMother, leaseMutation } from '../mother/hold-mother.js';
import { type HandoverRecord, type Place, placesOf, readRecord, readRecords } from '../record.js';
import { removeToken, removeTokenMutation } from '../sovereign/activate.js';
import { recordsRef, removeCopyMutation } from '../sovereign/copy.js';
import { giteaRemote } from '../sovereign/gitea.js';
import {
  keepCommits,
  moveBackMutation,
  removeOrganizationMutation,
  removeRepositoryMutation,
  removeTree,
} from '../sovereign/gitea-tree.js';

export interface AbortOptions {
  /** Folder for a copy of the repository, where people committed to it. */
  keepCommits?: string;
  /** What this machine did before. */
  journal: () => JournalState;
}

/** Killed in between, it is run again and finds what is left. Throws E5110 (exit 7) once the point of no return was crossed, E5021 (exit 9) while another run holds the mother. */
export function abortHandover(world: World, options: AbortOptions): Step {
  return {
    id: 'handover-abort',
    title: 'Handover aborted',
    phase: 7,
    needs: [],

    async plan() {
      const record = await readRecord(world);
      await requireOpen(world, record, options);
      const places = [];
      for (const place of placesOf(world)) if (await objectAt(world, place)) places.push(place);
      return [
        leaseMutation(world),
        ...(await frozen(world)).map((object) => freezeMutation(object, 'resume')),
        ...planGitea(world, record),
        removeCopyMutation(),
        ...places.map(dropRecordMutation),
      ];
    },

    async isDone(): Promise<Done> {
      const marked = [...(await frozen(world)), ...(await stillFrozen(world))];
      const { record, former } = await readRecords(world);
      const left = (record ?? former) !== undefined || marked.length > 0;
      return left ? { done: false } : { done: true, reason: 'no handover has started' };
    },

    run(context) {
      return holdMother(world, context, async (held) => {
        await requireOpen(world, await readRecord(world), options);
        await walkBack(await openHandover(world, held), options);
      });
    },

    async proof(): Promise<Evidence> {
      const [left] = await stillFrozen(world);
      if (left) throw notResumed(left);
      const done = await this.isDone({} as never);
      if (!done.done) throw fail('E4009', 'A record of the handover, or what it suspended, is still there.');
      return { summary: 'no record of a handover is left, and nothing on the mother is suspended by one', facts: {} };
    },
  };
}

async function requireOpen(world: World, record: HandoverRecord | undefined, options: AbortOptions): Promise<void> {
  const crossed = await whyCrossed(world, record, options.journal());
  if (crossed !== undefined) {
    throw fail('E5110', `${crossed}. From there on the handover only goes forward. Nothing was changed.`, {
      actions: [command('handover status'), command('handover finalize')],
    });
  }
}

async function walkBack(handover: Handover, options: AbortOptions): Promise<void> {
  const { world, act, record, progress } = handover;
  // Without its cluster there is no Gitea to clear.
  const there = (await ownCluster(world)) !== undefined;
  const remote = there && record.made ? await giteaRemote(world) : undefined;
  const kept = remote ? await keepCommits(world, remote, record.made!, options.keepCommits) : 0;
  if (kept > 0) progress.output(`${kept} commits by people, and all others, are in ${options.keepCommits}`);
  for (const object of await frozen(world))
    await act(freezeMutation(object, 'resume'), async (writers) => thaw(await writers.mother(), object));
  if (remote && record.made?.token) await removeToken(handover, remote);
  if (remote) await removeTree(handover, remote, kept);
  const kube = await ownCluster(world);
  if (await kube?.get(recordsRef))
    await act(removeCopyMutation(), async (writers) => (await writers.sovereign()).delete(recordsRef));
  for (const place of placesOf(world)) {
    const cluster = place.system === 'mother' ? await world.mother() : kube;
    if (await cluster?.get(place.ref))
      await act(dropRecordMutation(place), async (writers) => (await writers[place.system]()).delete(place.ref));
  }
}

function notResumed({ object, why }: LeftAlone) {
  const { namespace, name } = object.metadata;
  return fail(
    'E4009',
    `The handover suspended ${nameOfObject(object)} on the mother, and catalyst no longer resumes it: ${why}.`,
    { actions: [`resume it by hand: kubectl -n ${namespace} edit ${object.kind.toLowerCase()} ${name}`] },
  );
}

const ownCluster = (world: World) => world.kube().catch(noClusterYet);

async function objectAt(world: World, place: Place): Promise<KubeObject | undefined> {
  return (place.system === 'mother' ? await world.mother() : await ownCluster(world))?.get(place.ref);
}

function planGitea(world: World, record: HandoverRecord | undefined): Mutation[] {
  const { made } = record ?? {};
  return [
    ...(made?.token ? [removeTokenMutation] : []),
    ...(made?.repository ? [removeRepositoryMutation(world)] : []),
    ...(made?.headBefore ? [moveBackMutation(world, made.headBefore)] : []),
    ...(made?.organization ? [removeOrganizationMutation(world)] : []),
  ];
}

function dropRecordMutation({ system, ref }: Place): Mutation {
  const { namespace, name } = ref;
  return {
    target: { system, kind: 'ConfigMap', namespace, name },
    sentence: `delete the handover record in ConfigMap ${namespace}/${name} on the ${system === 'mother' ? 'mother' : 'Sovereign'}`,
  };
}
