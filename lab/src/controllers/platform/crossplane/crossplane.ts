/** Crossplane: packages Healthy, XRDs become CRDs, and their claims composites. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { condition, conditions } from '../../conditions.js';
import { crd } from '../../crd.js';
import type { ReconcileContext, Rule } from '../../reconciler.js';
import { claimRule, compositeRule } from './compositions.js';
import { kindsOfPackage } from './opentofu-kinds.js';

const PKG = 'pkg.crossplane.io/v1';
const EXT = 'apiextensions.crossplane.io';
const OPERATOR = /^crossplane$/;

const tell = (object: KubeObject, lab: ReconcileContext, types: string[], status: Record<string, unknown> = {}) =>
  lab.setStatus(object, {
    ...status,
    conditions: conditions(
      object,
      lab.clock,
      types.map((type) => ({
        ...condition(type, true, REASONS[type] ?? 'Available'),
        observedGeneration: object.metadata.generation,
      })),
    ),
  });

const REASONS: Record<string, string> = {
  Installed: 'ActivePackageRevision',
  Healthy: 'HealthyPackageRevision',
  Established: 'WatchingCompositeResource',
  Offered: 'WatchingCompositeResourceClaim',
  Synced: 'ReconcileSuccess',
};

const packages = (kind: string): Rule => ({
  name: `crossplane ${kind}`,
  kind: `${PKG}/${kind}`,
  operator: OPERATOR,
  async reconcile(one, lab) {
    const revision = `${one.metadata.name}-${`${one.metadata.uid}`.slice(0, 12)}`;
    const refused = lab.world.pulls?.refusal(one.spec.package ?? '', new Map());
    if (refused) {
      // internal/controller/pkg/manager of Crossplane 2.3: errUnpack
      const why = `cannot unpack package: failed to fetch package digest from remote: ${refused.message}`;
      const failed = {
        ...condition('Installed', false, 'UnpackingPackage', why),
        observedGeneration: one.metadata.generation,
      };
      await lab.setStatus(one, { conditions: conditions(one, lab.clock, [failed]) });
      return { againMs: 2000 };
    }
    // a package brings the kinds that the tree uses of it
    for (const made of kindsOfPackage(one.spec.package ?? '')) await lab.apply(made);
    await tell(one, lab, ['Installed', 'Healthy'], { currentRevision: revision, currentIdentifier: one.spec.package });
    return undefined;
  },
});

export const crossplane: Rule[] = [
  ...['Provider', 'Function', 'Configuration'].map(packages),
  {
    name: 'crossplane XRD',
    kind: `${EXT}/v1/CompositeResourceDefinition`,
    operator: OPERATOR,
    reconcile: (xrd, lab) => define(xrd, lab),
  },
];

async function define(xrd: KubeObject, lab: ReconcileContext): Promise<void> {
  const { group, names, claimNames, versions, scope = 'LegacyCluster' } = xrd.spec;
  for (const version of versions as { name: string; served: boolean; referenceable: boolean; schema?: object }[]) {
    const schema = widened((version.schema as { openAPIV3Schema?: Schema } | undefined)?.openAPIV3Schema);
    await lab.apply(
      crd(group, version.name, names.kind, scope === 'Namespaced' ? 'Namespaced' : 'Cluster', {
        plural: names.plural,
        schema,
      }),
    );
    if (claimNames)
      await lab.apply(crd(group, version.name, claimNames.kind, 'Namespaced', { plural: claimNames.plural, schema }));
    const composite = `${group}/${version.name}/${names.kind}`;
    lab.addRule(compositeRule(composite));
    if (claimNames) lab.addRule(claimRule(`${group}/${version.name}/${claimNames.kind}`, composite));
  }
  await tell(xrd, lab, claimNames ? ['Established', 'Offered'] : ['Established'], {
    controllers: { compositeResourceType: { apiVersion: `${group}/${versions[0].name}`, kind: names.kind } },
  });
}

interface Schema {
  type?: string;
  properties?: Record<string, object>;
}

/** Crossplane adds fields of its own (compositionRef, conditions …) to the schema that an XRD gives. */
function widened(schema: Schema = { type: 'object' }): Schema {
  const open = { 'x-kubernetes-preserve-unknown-fields': true };
  const { spec, status, ...properties } = schema.properties ?? {};
  return {
    ...schema,
    properties: {
      ...properties,
      spec: { type: 'object', ...spec, ...open },
      status: { type: 'object', ...status, ...open },
    },
  };
}
