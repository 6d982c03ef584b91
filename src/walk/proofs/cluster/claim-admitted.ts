/** #327: every XRD of the tree is Established, its claim is Offered, and one of the first is admitted in a dry-run. */
import { type Kube, type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { probeMutations, probeNamespace, probeNamespaceObject, withProbes } from '../../probes/probe-objects.js';
import { disproved, type ProofOf } from '../proof.js';
import { isTrue } from './provider-healthy.js';

const xrdsOf = (version: string) => ({
  apiVersion: `apiextensions.crossplane.io/${version}`,
  kind: 'CompositeResourceDefinition',
});

export const claimAdmitted: ProofOf = (world) => ({
  plan: () => probeMutations([probeNamespaceObject()]),
  async take(context) {
    const kube = await world.kube();
    const expected = world.blueprints.find((blueprint) => blueprint.name === 'bp-crossplane-claims')?.crds ?? [];
    const [v2, v1] = [await kube.list(xrdsOf('v2')), await kube.list(xrdsOf('v1'))];
    const xrds = v2.length > 0 ? v2 : v1;
    const kinds = xrds.flatMap((xrd) => [xrd.metadata.name, `${xrd.spec.claimNames?.plural}.${xrd.spec.group}`]);
    const missing = expected.filter((name) => !kinds.includes(name));
    if (missing.length > 0 || xrds.length === 0)
      throw disproved('#327', `XRDs for ${expected.join(', ')}`, `none for ${missing.join(', ')}`);
    for (const xrd of xrds) await served(kube, xrd);
    const claim = claimOf(xrds[0]!);
    await withProbes(kube, context, [probeNamespaceObject()], () => kube.tryApply([claim]));
    return {
      summary: `${xrds.length} XRDs Established; a ${claim.kind} was admitted in a dry-run`,
      facts: { xrds: xrds.map((xrd) => xrd.metadata.name) },
    };
  },
});

/** Crossplane makes the kinds some seconds after the XRD has come, and only then takes objects of them. */
function served(kube: Kube, xrd: KubeObject): Promise<true> {
  const { name } = xrd.metadata;
  const wanted = ['Established', ...(xrd.spec.claimNames ? ['Offered'] : [])];
  return kube.waitFor<true>(refOfObject(xrd), {
    reason: `XRD ${name} ${wanted.join(' and ')}`,
    timeoutMs: 120_000,
    look: (one) => {
      const missing = wanted.find((type) => !isTrue(one, type));
      return missing ? { pending: `XRD ${name} is not ${missing} yet` } : { done: true };
    },
  });
}

/** The smallest claim the XRD's schema accepts: its required fields, by type. */
function claimOf(xrd: KubeObject): KubeObject {
  const version = xrd.spec.versions[0];
  const kind = xrd.spec.claimNames?.kind ?? xrd.spec.names.kind;
  const namespaced = xrd.spec.claimNames !== undefined || xrd.spec.scope !== 'Cluster';
  const schema = version.schema?.openAPIV3Schema?.properties?.spec;
  return {
    apiVersion: `${xrd.spec.group}/${version.name}`,
    kind,
    metadata: { name: 'probe-claim', ...(namespaced ? { namespace: probeNamespace } : {}) },
    spec: schema ? sample(schema) : {},
  };
}

interface Schema {
  type?: string;
  default?: unknown;
  enum?: unknown[];
  required?: string[];
  minimum?: number;
  properties?: Record<string, Schema>;
}

function sample(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum?.length) return schema.enum[0];
  if (schema.type === 'object')
    return Object.fromEntries((schema.required ?? []).map((name) => [name, sample(schema.properties?.[name] ?? {})]));
  if (schema.type === 'array') return [];
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  return schema.type === 'boolean' ? false : 'probe';
}
