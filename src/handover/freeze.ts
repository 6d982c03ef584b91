/** FROZEN: nothing on the mother reconciles this Sovereign any more. What was suspended carries our run id, so that abort knows its own. */
import type { Mutation } from '../phases/step.js';
import type { World } from '../phases/world.js';
import { type KubeObject, refOfObject } from '../tools/kube.js';

const frozenBy = 'catalyst.openova.io/frozen-by';
const kinds = [
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' },
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' },
] as const;

/** Flux objects of the mother that are about this Sovereign: their spec names its FQDN. */
export async function reconcilersOf(world: World): Promise<KubeObject[]> {
  const mother = await world.mother();
  const lists = await Promise.all(kinds.map((kind) => mother.list(kind)));
  const { fqdn } = world.sovereign.spec;
  return lists.flat().filter((object) => JSON.stringify(object.spec ?? {}).includes(fqdn));
}

export function freezeMutation(object: KubeObject, verb: 'suspend' | 'resume' | 'delete'): Mutation {
  const { namespace, name } = object.metadata;
  return {
    target: { system: 'mother', kind: object.kind, namespace, name },
    sentence: `${verb} Flux ${object.kind} ${namespace}/${name} on the mother`,
  };
}

/** Those still to be suspended. */
export async function toFreeze(world: World): Promise<KubeObject[]> {
  return (await reconcilersOf(world)).filter((object) => object.spec?.suspend !== true);
}

export async function suspend(world: World, object: KubeObject, runId: string): Promise<unknown> {
  const annotations = { [frozenBy]: runId };
  return (await world.mother()).patch(refOfObject(object), { metadata: { annotations }, spec: { suspend: true } });
}

/** For abort: those that a handover suspended, back as they were. */
export async function frozen(world: World): Promise<KubeObject[]> {
  return (await reconcilersOf(world)).filter((object) => object.metadata.annotations?.[frozenBy] !== undefined);
}

export async function thaw(world: World, object: KubeObject): Promise<unknown> {
  const annotations = { [frozenBy]: null };
  return (await world.mother()).patch(refOfObject(object), { metadata: { annotations }, spec: { suspend: null } });
}

/** For decommission: they have nothing to reconcile any more. */
export async function removeReconciler(world: World, object: KubeObject): Promise<unknown> {
  return (await world.mother()).delete(refOfObject(object));
}
