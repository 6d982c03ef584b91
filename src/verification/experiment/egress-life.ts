/** The life of the egress block: armed before it is made, lifted by its own run, never by the run of somebody else. */

import type { Mutation } from '../../engine/mutation.js';
import { ownedBy, requireArmed } from '../../handover/mother/undo/arm.js';
import { type Kube, type KubeObject, type KubeRef, refOfObject } from '../../kubernetes/client/kube.js';
import { allowedNamesKey, blockNamesKey } from '../../scans/umbilical/marks.js';
import { hasEndedHere, shownIdentity } from '../../sovereign/state/process-identity.js';
import { command } from '../../support/commands/command.js';
import { type CatalystError, fail } from '../../support/errors/errors.js';
import { probeNamespace, probeNamespaceObject } from '../../walk/probes/probe-objects.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { blockOf, expiryObjects, namesRef, policyRef } from './egress-objects.js';

const onSovereign = ({ kind, namespace, name }: Omit<KubeRef, 'apiVersion'>, sentence: string): Mutation => ({
  target: { system: 'sovereign', kind, namespace, name },
  sentence,
});
const jobRef = { kind: 'Job', namespace: probeNamespace, name: policyRef.name };
export const mutations = {
  arm: onSovereign(
    jobRef,
    `arm the Job that lifts the egress block when its time is over, and the CronJob that does so without it, in namespace ${probeNamespace} with their account and roles`,
  ),
  deny: onSovereign(policyRef, 'deny the Pods of the Sovereign the egress that the block excludes'),
  forget: onSovereign(namesRef, 'block names outside of the Sovereign in its CoreDNS'),
  allow: onSovereign(policyRef, 'lift the egress block of the Sovereign'),
  remember: onSovereign(namesRef, "unblock those names in the Sovereign's CoreDNS"),
  disarm: onSovereign(
    jobRef,
    'disarm the Job that would lift the egress block: it, its CronJob, their account and their roles',
  ),
};
export const egressMutations: readonly Mutation[] = Object.values(mutations);

/** The Job that lifts the block, before there is one; its ClusterRoleBinding owns account and roles. */
export async function armExpiry(kube: Kube, { act }: StepContext, objects: readonly KubeObject[]): Promise<void> {
  const force = { forceConflicts: true };
  await act(mutations.arm, async (writers) => {
    const writer = await writers.sovereign();
    const [first, ...others] = objects;
    const [, owner] = await writer.apply([probeNamespaceObject(), first!], force);
    const owned = others.map((object) => (object.kind === 'Job' || !owner ? object : ownedBy(object, owner)));
    await writer.apply(owned, force);
  });
  await requireArmed(kube, objects.at(-1)!);
}

/** Throws E5024 while the block of a run stands that is not known to have ended: only that run, or the cluster, lifts it. */
export async function requireFree(world: World, kube: Kube): Promise<void> {
  const job = { apiVersion: 'batch/v1', kind: 'Job', namespace: probeNamespace, name: policyRef.name };
  const standing = (await kube.get(policyRef)) ?? (await kube.get(job));
  const block = standing && blockOf(standing);
  if (block?.runId === undefined || block.runId === world.runId) return;
  if (block.process && hasEndedHere(block.process, shownIdentity())) return;
  if (Date.parse(block.until ?? '') <= world.clock.now().getTime()) return;
  throw fail(
    'E5024',
    `Another run (${block.runId}) cuts the egress of the Sovereign; the cluster lifts it at ${block.until}. Nothing was changed.`,
    {
      actions: [
        'wait until that run has ended, then run the command again',
        `run the command again after ${block.until}`,
      ],
      data: { run: block.runId, until: block.until },
    },
  );
}

export function tooLate(until: Date): CatalystError {
  return fail(
    'E5025',
    `This process was suspended or too slow while the egress of the Sovereign was cut; the cluster lifts the block at ${until.toISOString()} or has lifted it.`,
    { actions: [command('verify dod', { only: 'D22' })] },
  );
}

/** What is not there needs no act. With `runId` only what that run has made, else also what an earlier, killed run left. */
export async function liftBlock(kube: Kube, { act }: Pick<StepContext, 'act'>, runId?: string): Promise<void> {
  const isOurs = (object: KubeObject | undefined) =>
    object !== undefined && (runId === undefined || blockOf(object).runId === runId);
  if (isOurs(await kube.get(policyRef)))
    await act(mutations.allow, async (writers) => (await writers.sovereign()).delete(policyRef));
  const names: string | undefined = (await kube.get(namesRef))?.data?.[blockNamesKey];
  if (names !== undefined && (runId === undefined || names.startsWith(`# run ${runId}\n`))) {
    const patch = { data: { [blockNamesKey]: null, [allowedNamesKey]: null } };
    await act(mutations.remember, async (writers) => (await writers.sovereign()).patch(namesRef, patch));
  }
  const process = { pid: 0, started: '', pids: '', boot: '', machine: '' };
  const nobody = { fqdn: '', runId: '', process, until: new Date(0), image: '', seconds: 0 };
  const armed = expiryObjects(nobody).map(refOfObject).toReversed();
  const standing = await Promise.all(armed.map(async (ref) => (isOurs(await kube.get(ref)) ? [ref] : [])));
  if (standing.flat().length === 0) return;
  await act(mutations.disarm, async (writers) => {
    const writer = await writers.sovereign();
    for (const ref of standing.flat()) await writer.delete(ref);
  });
}
