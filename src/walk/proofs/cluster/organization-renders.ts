/** bp-vcluster: what a probe Organization would get passes server-side dry-run. */
import { organizationObjects } from '../../../blueprints/render/organization.js';
import { probeMutations, probeNamespaceObject, withProbes } from '../../probes/probe-objects.js';
import { disproved, type ProofOf } from '../proof.js';

const name = 'probe-organization';

export const organizationRenders: ProofOf = (world) => {
  const space = probeNamespaceObject(`org-${name}`);
  return {
    plan: () => probeMutations([space]),
    async take(context) {
      const kube = await world.kube();
      const objects = organizationObjects(world.sovereign, world.blueprints, name).filter(
        (object) => object.kind !== 'Namespace',
      );
      if (objects.length === 0) throw disproved('bp-vcluster', 'objects for an Organization', 'none');
      await withProbes(kube, context, [space], () => kube.tryApply(objects));
      return {
        summary: `${objects.length} objects of a probe Organization passed server-side dry-run`,
        facts: { kinds: objects.map((object) => object.kind) },
      };
    },
  };
};
