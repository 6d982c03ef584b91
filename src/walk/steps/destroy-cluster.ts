/**
 * Takes the cluster down: what controllers made first, while they still live, then everything with the Sovereign's label, and last
 * what marks the project.
 */

import type { Mutation } from '../../engine/mutation.js';
import type { Done } from '../../engine/step.js';
import { findMarkers } from '../../hetzner/marker.js';
import { mutationOf } from '../../hetzner/mutation.js';
import { clusterNames } from '../../hetzner/names.js';
import type { PurgeResult } from '../../hetzner/purge/apply/apply.js';
import { makePurgePlan } from '../../hetzner/purge/plan/plan.js';
import type { PurgePlan } from '../../hetzner/purge/plan/purge-plan.js';
import type { Selection } from '../../hetzner/purge/select/select.js';
import { unfinishedPurgesOf } from '../../world/journal/unfinished-purges.js';
import { kubeIfAny } from '../../world/kube-if-any.js';
import type { Step, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { keepPublicCertificate } from '../credentials/kept-certificate.js';
import { planArchivesAside, setArchivesAside } from '../databases/set-archives-aside.js';
import { provenOfCluster } from '../wbs.js';
import { deletePlanned, purgeEvidence, purgeMutations } from './apply-purge-plan.js';
import { keepAttached, rememberAttached } from './attached-volumes.js';
import { drainCluster, drainMutations, type RetainedVolume, retainedVolumes } from './drain-cluster.js';
import { attachedVolumes, volumesLeft, volumesStay } from './left-volumes.js';

export type DestroyChoices = Omit<Selection, 'fqdn' | 'includeLive' | 'retained'>;

export interface Destroying {
  step: Step;
  /** Of the newest look at the project. */
  planHash(): string;
  /** Undefined before the step has run. */
  result(): PurgeResult | undefined;
  /** Volumes at Hetzner that stay, because their PersistentVolume says so. */
  retained(): readonly RetainedVolume[];
}

/** What the cluster's own life needed on this machine. */
const made = ['sovereign-kubeconfig', 'ssh-private-key', 'ssh-host-key', 'k3s-token'] as const;

export function destroyCluster(world: World, choices: DestroyChoices): Destroying {
  const { fqdn } = world.sovereign.spec;
  let newest: PurgePlan | undefined;
  let result: PurgeResult | undefined;
  /** Undefined as long as no PersistentVolume could be read. */
  let retained: readonly RetainedVolume[] | undefined;

  const look = async (): Promise<PurgePlan> => {
    const kept = (retained ?? []).map(({ volume }) => Number(volume));
    const selection = { fqdn, includeLive: true, ...choices, retained: kept };
    const unfinished = unfinishedPurgesOf(world).plans();
    newest = await makePurgePlan(await world.hetzner(), selection, world.clock.now(), { unfinished });
    return newest;
  };

  const unmark = async (): Promise<Mutation[]> => {
    const found = await findMarkers(await world.hetzner(), fqdn);
    const name = clusterNames(fqdn).marker;
    return found.map(() => mutationOf({ kind: 'placement_group', name, sentence: `delete placement group ${name}` }));
  };

  /** From its beginning on, the journal is bound to no project (bindingOf). */
  const deleteMarker = async ({ act }: StepContext): Promise<void> => {
    const api = await world.hetzner();
    for (const mutation of await unmark()) {
      await act(mutation, async (writers) => {
        const writer = await writers.hetzner();
        for (const { id } of await findMarkers(api, fqdn))
          await api.settle((await writer.delete('placement_group', id)).actions);
      });
    }
  };

  const step: Step = {
    id: 'cluster-destroy',
    title: 'Cluster at Hetzner destroyed',
    phase: 1,
    needs: [],
    limits: ['hetzner'],
    voids: provenOfCluster,
    async destructive() {
      const volumes = newest?.resources.filter(({ type, selected }) => type === 'volume' && selected) ?? [];
      const unread = `; the cluster does not answer, so catalyst cannot tell which of its ${volumes.length} volumes must be retained: all are deleted`;
      return `destroys the cluster of ${fqdn}: its resources at Hetzner, with their data, and sets the archives of its databases aside${retained === undefined && volumes.length > 0 ? unread : ''}`;
    },

    async plan() {
      retained = await retainedVolumes(world);
      return [
        ...(await drainMutations(world)),
        ...purgeMutations(await look()),
        ...(await planArchivesAside(world)),
        ...(await unmark()),
      ];
    },

    // Only a listing after the drain knows what is left.
    isDone: async (): Promise<Done> => ({ done: false }),

    async run(context) {
      await world.requireProject?.();
      // The one that is kept may have been renewed since. Nothing is lost with it but an order.
      await kubeIfAny(world)
        .then((kube) => kube && keepPublicCertificate(world, kube))
        .catch(() => undefined);
      retained = await retainedVolumes(world);
      const first = await look();
      // While it drains, volumes are detached: what was attached to our servers is on record first.
      if (first.resources.some(({ selected }) => selected)) unfinishedPurgesOf(world).keep(first);
      const api = await world.hetzner();
      const attached = rememberAttached(world, await attachedVolumes(api, first));
      const drained = await drainCluster(world, context, first.hash);
      if (drained.retained.length > 0) retained = drained.retained;
      result = await deletePlanned(world, context, await look());
      if (result.skipped.length === 0) {
        await setArchivesAside(world, context);
        for (const name of made) await world.credentials.forget(name);
        if (result.leaks.length === 0) await deleteMarker(context);
      }
      const told = [...result.skipped, ...result.leaks].filter(({ type }) => type === 'volume');
      const left = await volumesLeft(api, {
        attached,
        made: new Set(drained.volumes.map(Number)),
        known: new Set(
          [
            ...(newest?.selection.retained ?? []),
            ...(retained ?? []).map(({ volume }) => volume),
            ...told.map(({ id }) => id),
          ].map(Number),
        ),
      });
      keepAttached(world, attached, new Set(left.map(({ id }) => id)));
      if (left.length > 0) throw volumesStay(left, result);
    },

    proof: async () => purgeEvidence(result!),
  };
  return { step, planHash: () => newest?.hash ?? '', result: () => result, retained: () => retained ?? [] };
}
