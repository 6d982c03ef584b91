/** CRDs that a Blueprint's pods make themselves (cilium-operator, crossplane's init container), once they run. */
import type { Blueprint } from 'catalyst/blueprints/catalog/blueprint.js';
import type { UpstreamCrds } from '../../clusters/cluster-api.js';
import { crd } from '../crd.js';
import { isAvailable, type Rule } from '../reconciler.js';

/** Their true definitions, where the engine has them. */
export const runtimeCrds = (blueprints: readonly Blueprint[], upstreamCrds?: UpstreamCrds): Rule[] =>
  blueprints
    .filter((blueprint) => blueprint.crdsAtRuntime)
    .map((blueprint): Rule => {
      const makers = blueprint.workloads.filter((workload) => workload.kind === 'Deployment');
      return {
        name: `CRDs of ${blueprint.name}`,
        kind: 'apps/v1/Deployment',
        async reconcile(deployment, lab) {
          const { name, namespace } = deployment.metadata;
          if (!makers.some((maker) => maker.name === name && maker.namespace === namespace)) return;
          if (!isAvailable(deployment)) return;
          for (const shape of blueprint.crdShapes) {
            const [plural, ...group] = shape.name.split('.');
            await lab.apply(
              upstreamCrds?.object(shape.name) ??
                crd(group.join('.'), shape.versions, shape.kind, shape.scope, { plural }),
            );
          }
        },
      };
    });
