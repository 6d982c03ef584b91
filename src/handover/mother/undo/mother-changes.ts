/** What a handover has changed on the mother and not put back, by looking at the mother. */
import { ownKinds, ownPrefix, sovereignLabel } from '../../../mother/own-names.js';
import type { World } from '../../../world/world.js';
import { lookAtCatalyst } from '../../handover.js';
import type { HandoverRecord } from '../../record.js';
import { frozen, stillFrozen } from '../freeze.js';

/** A line each; none when the mother is as it was found. Throws what the mother's API throws. */
export async function changesOnMother(world: World, record: HandoverRecord | undefined): Promise<string[]> {
  const { fqdn, mother: spec } = world.sovereign.spec;
  const mother = await world.mother();
  const left = (await stillFrozen(world)).map(({ object }) => object);
  const suspended = [...(await frozen(world)), ...left].map(
    ({ kind, metadata, spec: now }) =>
      `Flux ${kind} ${metadata.namespace}/${metadata.name} is marked by the handover${now?.suspend ? ' and suspended' : ', though not suspended'}`,
  );
  const labelSelector = `${sovereignLabel}=${fqdn}`;
  const lists = await Promise.all(ownKinds.map((kind) => mother.list({ ...kind, labelSelector })));
  const own = lists
    .flatMap((list, index) => list.map((object) => ({ ...object, kind: ownKinds[index]!.kind })))
    .filter(({ metadata }) => metadata.name.startsWith(ownPrefix))
    .map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name} was created by catalyst`);
  return [
    ...suspended,
    ...(record?.stopped ? await stopped(world, record.stopped, spec.catalyst.deployment) : []),
    ...own,
  ];
}

/** catalyst-api against what the record found before it was stopped. */
async function stopped(world: World, found: NonNullable<HandoverRecord['stopped']>, name: string): Promise<string[]> {
  const { replicas, kustomization, namespace } = await lookAtCatalyst(world);
  const now = kustomization?.suspended === true;
  return [
    ...(replicas === found.replicas
      ? []
      : [`Deployment ${namespace}/${name} is at ${replicas} replicas, not ${found.replicas}`]),
    ...(now === found.suspended || !kustomization
      ? []
      : [`Flux Kustomization ${kustomization.namespace}/${kustomization.name} is ${now ? '' : 'not '}suspended`]),
  ];
}
