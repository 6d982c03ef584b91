/** Applies the objects of an undo on a cluster and waits until its Job has tested its own rights. */
import type { Mutation } from '../../../engine/mutation.js';
import { type Kube, type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { terminationMessage } from '../../../mother/jobs/claim-jobs.js';
import { undoJobOf } from '../../../mother/jobs/read-undo.js';
import { armedAnnotation, type UndoJob } from '../../../mother/jobs/undo-scripts.js';
import { command } from '../../../support/commands/command.js';
import { type CatalystError, fail, messageOf } from '../../../support/errors/errors.js';
import type { Act } from '../../../world/step.js';

/** Image, scheduling and test of the Job. */
const armMs = 120_000;

const undoWords: Readonly<Record<UndoJob, string>> = { 'undo-kill': 'catalyst-api', 'undo-redirect': 'the redirect' };

/** Without the id of the run, so that plan and run use one sentence. */
export function undoMutation(object: KubeObject, verb: 'arm' | 'disarm'): Mutation {
  const { namespace } = object.metadata;
  const name = object.metadata.name.replace(/-[^-]+$/, '');
  return {
    target: { system: 'mother', kind: object.kind, namespace, name },
    sentence: `${verb} the undo for ${undoWords[undoJobOf(object) ?? 'undo-kill']}: ${object.kind} ${namespace}/${name} on the mother`,
    reversible: true,
  };
}

/** Arming or disarming, without the id of the run; as it is done, in its order. */
export const undoMutations = (objects: readonly KubeObject[], verb: 'arm' | 'disarm'): Mutation[] =>
  (verb === 'arm' ? objects : objects.toReversed()).map((object) => undoMutation(object, verb));

/** Each binding owns role and account, so that the Job can remove its own rights in the end. */
export async function arm(mother: Kube, act: Act, objects: readonly KubeObject[]): Promise<void> {
  const owners = new Map<string | undefined, KubeObject>();
  for (const object of objects) {
    const owner = owners.get(object.metadata.namespace);
    const owned = owner && object.kind !== 'Job' && object.kind !== 'RoleBinding';
    const applied = owned ? ownedBy(object, owner) : object;
    const [stored] = await act(undoMutation(object, 'arm'), async (writers) =>
      (await writers.mother()).apply([applied]),
    );
    if (object.kind === 'RoleBinding' && stored) owners.set(object.metadata.namespace, stored);
  }
  const job = objects.at(-1)!;
  await requireArmed(mother, job);
}

/** Waits until the Job has tested its own rights. Throws E5020 when it may not do what it must. */
export async function requireArmed(kube: Kube, job: KubeObject): Promise<void> {
  const { namespace, name } = job.metadata;
  const armed = await kube.waitFor<boolean>(refOfObject(job), {
    reason: `the undo ${namespace}/${name} to be armed`,
    timeoutMs: armMs,
    look: (object) => {
      if (object?.metadata.annotations?.[armedAnnotation] === 'true') return { done: true };
      if (Number(object?.status?.failed ?? 0) > 0) return { done: false };
      return { pending: object ? 'its Job has not tested its permissions yet' : 'its Job is gone' };
    },
  });
  if (armed) return;
  throw fail('E5020', `its Job failed: ${(await terminationMessage(kube, namespace, name)) || 'no output'}`);
}

export function ownedBy(object: KubeObject, { apiVersion, kind, metadata }: KubeObject): KubeObject {
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' };
  return owner.uid === '' ? object : { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
}

/** E5020 for the person who has to find out why. */
export function cannotArm(job: KubeObject, error: unknown): CatalystError {
  const { namespace, name } = job.metadata;
  return fail(
    'E5020',
    `The undo ${namespace}/${name} could not be armed on the mother, so nothing there was stopped or redirected: ${messageOf(error)}`,
    { actions: [`kubectl -n ${namespace} get events`, command('resume')], cause: error },
  );
}
