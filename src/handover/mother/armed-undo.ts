/**
 * For as long as something on the mother is stopped: the undo is armed and tested there first, the work is done, everything is put
 * back, the undo is disarmed. When this process dies, the mother puts back; when it was only asleep beyond that moment, it notices
 * and does not go on (docs/decisions/0013).
 */
import type { Mutation } from '../../engine/mutation.js';
import { type Kube, type KubeObject, refOfObject } from '../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../mother/discover.js';
import { terminationMessage } from '../../mother/jobs/claim-jobs.js';
import { armedAnnotation, undoObjects } from '../../mother/jobs/undo-job.js';
import { type CatalystError, fail, messageOf } from '../../support/errors/errors.js';
import type { Act, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { undoMutation } from './hold-mother.js';
import { startCatalyst } from './stop-catalyst.js';

/** Image, scheduling and test of the Job. */
const armMs = 120_000;
/** The process stops this long before the mother begins to put back. */
const marginMs = 15_000;
const lookMs = 1000;

export interface Times {
  /** Milliseconds of a clock that never steps back. */
  monotonic(): number;
}

const systemTimes: Times = { monotonic: () => performance.now() };

/** What arming and disarming change, without the id of the run. */
export function armedMutations(world: World, catalyst: CatalystOnMother, verb: 'arm' | 'disarm'): Mutation[] {
  const { fqdn } = world.sovereign.spec;
  const objects = undoObjects(catalyst, { fqdn, runId: world.runId, seconds: 0, until: world.clock.now() });
  return (verb === 'arm' ? objects : objects.toReversed()).map((object) => undoMutation(object, verb));
}

/**
 * `catalyst` says what was found and is put back; `seconds` is the longest time for `work`, which stops catalyst-api itself. Its
 * context ends with E5023 when the mother is about to put back. Throws E5020 when the undo cannot be armed; nothing is stopped then.
 */
export async function withArmedUndo<T>(
  world: World,
  context: StepContext,
  { catalyst, seconds }: { catalyst: CatalystOnMother; seconds: number },
  work: (context: StepContext & { job: string }) => Promise<T>,
  times: Times = systemTimes,
): Promise<T> {
  const { act, undo, signal } = context;
  const mother = await world.mother();
  const { fqdn } = world.sovereign.spec;
  const until = new Date(world.clock.now().getTime() + seconds * 1000);
  const objects = undoObjects(catalyst, { fqdn, runId: world.runId, seconds, until });
  const job = objects.at(-1)!;
  const disarm = async () => {
    for (const object of objects.toReversed())
      await undo.act(undoMutation(object, 'disarm'), async (writers) =>
        (await writers.mother()).delete(refOfObject(object)),
      );
  };
  // From before the Job exists: the mother cannot be earlier.
  const watch = watchDeadline(world, seconds, () => tooLate(world), times);
  try {
    try {
      await arm(mother, act, objects);
    } catch (error) {
      await disarm();
      signal.throwIfAborted();
      throw cannotArm(job, error);
    }
    const guarded: Act = async (mutation, change, options) => {
      watch.check();
      return act(mutation, change, options);
    };
    try {
      return await work({
        ...context,
        act: guarded,
        signal: AbortSignal.any([signal, watch.signal]),
        job: `${job.metadata.namespace}/${job.metadata.name}`,
      });
    } finally {
      await startCatalyst(mother, undo, catalyst);
      await disarm();
    }
  } finally {
    watch.close();
  }
}

/** Each binding owns role and account, so that the Job can remove its own rights in the end. */
async function arm(mother: Kube, act: Act, objects: readonly KubeObject[]): Promise<void> {
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
      return { pending: object ? 'its Job has not tested its rights yet' : 'its Job is gone' };
    },
  });
  if (armed) return;
  throw fail('E5020', `its Job failed: ${(await terminationMessage(kube, namespace, name)) || 'no output'}`);
}

export function ownedBy(object: KubeObject, { apiVersion, kind, metadata }: KubeObject): KubeObject {
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' };
  return owner.uid === '' ? object : { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
}

/**
 * Aborts with `reason` shortly before `seconds` are over, by two clocks: the monotonic one stands still while a laptop sleeps, the
 * other one can be set.
 */
export function watchDeadline(
  { clock }: Pick<World, 'clock'>,
  seconds: number,
  reason: () => CatalystError,
  { monotonic }: Times = systemTimes,
) {
  const passed = new AbortController();
  const longest = seconds * 1000 - marginMs;
  const from = { monotonic: monotonic(), wall: clock.now().getTime() };
  const look = () => {
    const elapsed = Math.max(monotonic() - from.monotonic, clock.now().getTime() - from.wall);
    if (elapsed >= longest && !passed.signal.aborted) passed.abort(reason());
  };
  const timer = setInterval(look, lookMs).unref();
  return {
    signal: passed.signal,
    /** Throws the reason when it is too late. */
    check() {
      look();
      passed.signal.throwIfAborted();
    },
    close: () => clearInterval(timer),
  };
}

function tooLate({ sovereign }: World): CatalystError {
  const { namespace, deployment } = sovereign.spec.mother.catalyst;
  return fail(
    'E5023',
    'This process did not run, or not fast enough, while catalyst-api on the mother was stopped; the mother has put it back or is about to. What was under way is not finished.',
    { actions: [`kubectl -n ${namespace} get deployment ${deployment}`, 'catalyst resume'] },
  );
}

function cannotArm(job: KubeObject, error: unknown): CatalystError {
  const { namespace, name } = job.metadata;
  return fail(
    'E5020',
    `The undo ${namespace}/${name} could not be armed on the mother, so nothing there was stopped: ${messageOf(error)}`,
    { actions: [`kubectl -n ${namespace} get events`, 'catalyst resume'], cause: error },
  );
}
