/** Ticket #374: NS delegation from the parent zone to the Sovereign's own name servers. */
import type { Done } from '../../engine/step.js';
import { kubeIfAny } from '../../world/kube-if-any.js';
import type { Step } from '../../world/step.js';
import { watchedWorld } from '../../world/watched-world.js';
import type { World } from '../../world/world.js';
import { isApplied } from '../install/apply-folder.js';
import { delegationHolds } from '../proofs/network/delegation-holds.js';
import { delegation } from './delegate.js';

export function createDelegateZoneStep(world: World, wbs: Pick<Step, 'title' | 'phase' | 'needs'>): Step {
  const delegated = delegation(world);
  return {
    id: '#374',
    ...wbs,
    ticket: '#374',
    destructive: delegated.destructive,

    /** As long as the certificate was not asked for, #373 makes the delegation on its way. */
    async plan() {
      const kube = await kubeIfAny(world);
      const tree = await world.tree();
      const asked = kube && (await isApplied(kube, tree.folder('bp-cert-manager-powerdns-webhook-config')));
      const planned = asked ? await delegated.plan(kube) : [];
      return [...planned, ...delegationHolds(world).plan()];
    },

    planProof: async () => delegationHolds(world).plan(),

    async isDone(): Promise<Done> {
      const kube = await kubeIfAny(world);
      if (!kube || (await delegated.plan(kube)).length > 0) return { done: false };
      return { done: true, reason: 'the parent zone has the NS records and their glue' };
    },

    run: (context) => delegated.run(context),
    proof: (context) => delegationHolds(watchedWorld(world, context.progress)).take(context),
  };
}
