/**
 * FROZEN: nothing on the mother reconciles this Sovereign any more. Only what its ownership fields give to this very
 * Sovereign is touched (src/mother/protected/ownership.ts), and nothing that reconciles the demos or catalyst. What was suspended
 * carries our run id and what the field was, so that abort restores exactly that.
 */
import type { Mutation } from '../../engine/mutation.js';
import { type KubeObject, type KubeWriter, refOfObject } from '../../kubernetes/client/kube.js';
import { frozenBy, frozenFrom } from '../../mother/own-names.js';
import { readByOthers } from '../../mother/protected/in-use.js';
import { mentions, nameOfObject, type Ownership, ownershipOf } from '../../mother/protected/ownership.js';
import { protectedReconcilers, readReconcilers } from '../../mother/protected/reconcilers.js';
import type { Act } from '../../world/step.js';
import type { World } from '../../world/world.js';

/** Kinds that act for a Sovereign. The other sources are not suspended: nothing reads them while these are. */
const frozenKinds = new Set(['Kustomization', 'HelmRelease', 'GitRepository']);

/** A Flux object that mentions this Sovereign and is left alone, with why. */
export interface LeftAlone {
  object: KubeObject;
  why: string;
}

export interface Reconcilers {
  own: KubeObject[];
  leftAlone: LeftAlone[];
}

/** Flux objects on the mother that are this Sovereign's, and those that only mention it. */
export async function sortReconcilers(world: Pick<World, 'sovereign' | 'mother'>): Promise<Reconcilers> {
  const all = await readReconcilers(await world.mother());
  const guarded = protectedReconcilers(world.sovereign, all);
  const { fqdn } = world.sovereign.spec;
  const read = readByOthers(all, fqdn);
  const sorted: Reconcilers = { own: [], leftAlone: [] };
  for (const object of all) {
    const ownership = ownershipOf(object, fqdn);
    const reason = guarded.get(nameOfObject(object));
    const use = read.get(nameOfObject(object));
    if (reason === undefined && use === undefined && ownership === 'own' && frozenKinds.has(object.kind))
      sorted.own.push(object);
    else if (ownership === 'own' || mentions(object, fqdn))
      sorted.leftAlone.push({ object, why: whyLeft(reason, ownership, use) });
  }
  return sorted;
}

function whyLeft(reason: string | undefined, ownership: Ownership, use: string | undefined): string {
  if (reason !== undefined) return `it belongs to the protected set: ${reason}`;
  if (ownership === 'own' && use !== undefined) return use;
  return ownership === 'other' ? 'it belongs to another Sovereign' : 'no ownership field names this Sovereign';
}

/** For a person: which Flux objects mention this Sovereign and stay as they are. */
export async function leftAloneLines(world: Pick<World, 'sovereign' | 'mother'>): Promise<string[]> {
  const { leftAlone } = await sortReconcilers(world);
  return leftAlone.map(({ object, why }) => `Flux ${nameOfObject(object)} on the mother is left unchanged: ${why}`);
}

export async function reconcilersOf(world: Pick<World, 'sovereign' | 'mother'>): Promise<KubeObject[]> {
  return (await sortReconcilers(world)).own;
}

export function freezeMutation(object: KubeObject, verb: 'suspend' | 'resume' | 'delete'): Mutation {
  const { namespace, name } = object.metadata;
  return {
    target: { system: 'mother', kind: object.kind, namespace, name },
    sentence: `${verb} Flux ${object.kind} ${namespace}/${name} on the mother`,
    ...(verb === 'delete' ? {} : { reversible: true as const }),
  };
}

/** Those still to be suspended. */
export async function toFreeze(world: World): Promise<KubeObject[]> {
  return (await reconcilersOf(world)).filter((object) => object.spec?.suspend !== true);
}

export async function suspend(mother: KubeWriter, object: KubeObject, runId: string): Promise<unknown> {
  // A handover that is continued finds its own annotation, and what somebody resumed meanwhile is not what it found.
  const earlier = object.metadata.annotations?.[frozenFrom];
  const from = earlier ?? (object.spec?.suspend === false ? 'false' : 'absent');
  const annotations = { [frozenBy]: runId, [frozenFrom]: from };
  return mother.patch(refOfObject(object), { metadata: { annotations }, spec: { suspend: true } });
}

/** For abort: those that a handover suspended, back as they were. */
export async function frozen(world: World): Promise<KubeObject[]> {
  return (await reconcilersOf(world)).filter((object) => object.metadata.annotations?.[frozenBy] !== undefined);
}

/** What a handover suspended and no longer may resume: something that is not this Sovereign's has come to use it since. */
export async function stillFrozen(world: Pick<World, 'sovereign' | 'mother'>): Promise<LeftAlone[]> {
  const { leftAlone } = await sortReconcilers(world);
  const { fqdn } = world.sovereign.spec;
  return leftAlone.filter(
    ({ object }) => ownershipOf(object, fqdn) === 'own' && object.metadata.annotations?.[frozenBy] !== undefined,
  );
}

export async function thaw(mother: KubeWriter, object: KubeObject): Promise<unknown> {
  const suspend = object.metadata.annotations?.[frozenFrom] === 'false' ? false : null;
  const annotations = { [frozenBy]: null, [frozenFrom]: null };
  return mother.patch(refOfObject(object), { metadata: { annotations }, spec: { suspend } });
}

/**
 * For decommission: they have nothing to reconcile any more. Each is suspended first, also when somebody resumed it: Flux
 * prunes what an active one has applied, on the mother or on the Sovereign, and leaves alone what a suspended one has.
 */
export async function removeReconcilers(world: World, act: Act, runId: string): Promise<void> {
  for (const object of await toFreeze(world))
    await act(freezeMutation(object, 'suspend'), async (writers) => suspend(await writers.mother(), object, runId));
  for (const object of await reconcilersOf(world))
    await act(freezeMutation(object, 'delete'), async (writers) =>
      (await writers.mother()).delete(refOfObject(object)),
    );
}
