/**
 * For as long as something on the mother is stopped, or a redirect there is not yet seen to work: the undo is armed and tested there
 * first, the work is done, what was stopped is put back (a redirect only when it failed), the undo is disarmed. When this process
 * dies, the mother puts back; when it was only asleep beyond that moment, it notices and does not go on (docs/decisions/0013).
 */
import type { Mutation } from '../../../engine/mutation.js';
import { type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../../mother/discover.js';
import { redirectUndoObjects, type UndoRun, undoObjects } from '../../../mother/jobs/undo-job.js';
import { command } from '../../../support/commands/command.js';
import { type CatalystError, fail } from '../../../support/errors/errors.js';
import { within } from '../../../support/wait.js';
import { operationMs } from '../../../tools/http/bounded.js';
import type { Act, StepContext } from '../../../world/step.js';
import type { World } from '../../../world/world.js';
import { removeRedirect } from '../redirect.js';
import { isStopped } from '../stop-catalyst.js';
import { arm, cannotArm, undoMutation, undoMutations } from './arm.js';
import { startCatalyst } from './start-catalyst.js';
import { systemTimes, type Times, watchDeadline } from './watch-deadline.js';

/** What arming and disarming the undo of a stopped catalyst-api change. */
export function armedMutations(world: World, catalyst: CatalystOnMother, verb: 'arm' | 'disarm'): Mutation[] {
  return undoMutations(undoObjects(catalyst, runOf(world, 0)), verb);
}

/** Of this run, an undo that waits `seconds`. */
export function runOf({ sovereign, runId, clock }: World, seconds: number, downSeconds?: number): UndoRun {
  const until = new Date(clock.now().getTime() + seconds * 1000);
  return { fqdn: sovereign.spec.fqdn, runId, seconds, until, ...(downSeconds ? { downSeconds } : {}) };
}

interface Armed {
  catalyst: CatalystOnMother;
  /** The longest time for the work. */
  seconds: number;
}

interface ArmedStop extends Armed {
  /** How long the mother leaves it stopped, at most; default: for all of `seconds`. */
  downSeconds?: number;
  /** The mother has taken the write that starts it again. */
  onStarted?: () => void;
}

/** No call to a cluster takes longer, its retries included. */
const longestCallMs = operationMs + 10_000;

type ArmedContext = StepContext & { job: string };

/**
 * `catalyst` says what was found and is put back; `work` stops catalyst-api itself. Its context ends with E5023 when the mother is
 * about to put back. Throws E5020 when the undo cannot be armed; nothing is stopped then.
 */
export async function withArmedUndo<T>(
  world: World,
  context: StepContext,
  { catalyst, seconds, downSeconds, onStarted }: ArmedStop,
  work: (context: ArmedContext) => Promise<T>,
  times: Times = systemTimes,
): Promise<T> {
  const objects = undoObjects(catalyst, runOf(world, seconds, downSeconds));
  const putBack = async ({ began }: Ended) => {
    const mother = await world.mother();
    // What nobody has stopped is not ours to put back: somebody may have changed it since.
    if (began || (await isStopped(mother, catalyst)))
      await startCatalyst(mother, context.undo, catalyst, { clock: world.clock, onStarted });
  };
  return whileArmed(world, context, { objects, seconds, putBack, late: () => tooLate(world), times }, work);
}

/** `work` makes the redirect, which stays when it succeeds and is removed when it fails. Throws as `withArmedUndo` does. */
export async function withArmedRedirect<T>(
  world: World,
  context: StepContext,
  { catalyst, seconds }: Armed,
  work: (context: ArmedContext) => Promise<T>,
  times: Times = systemTimes,
): Promise<T> {
  const objects = redirectUndoObjects(catalyst, runOf(world, seconds));
  const putBack = async ({ succeeded }: Ended) => {
    if (!succeeded) await removeRedirect(world, context.undo.act);
  };
  return whileArmed(world, context, { objects, seconds, putBack, late: tooLateForRedirect, times }, work);
}

interface Ended {
  /** Something was changed, or may have been. */
  began: boolean;
  succeeded: boolean;
}

interface Arming {
  /** The Job comes last. */
  objects: readonly KubeObject[];
  seconds: number;
  putBack(ended: Ended): Promise<void>;
  late(): CatalystError;
  times: Times;
}

async function whileArmed<T>(
  world: World,
  context: StepContext,
  { objects, seconds, putBack, late, times }: Arming,
  work: (context: ArmedContext) => Promise<T>,
): Promise<T> {
  const { act, undo, signal } = context;
  const job = objects.at(-1)!;
  const disarm = async () => {
    for (const object of objects.toReversed())
      await undo.act(undoMutation(object, 'disarm'), async (writers) =>
        (await writers.mother()).delete(refOfObject(object)),
      );
  };
  // From before the Job exists: the mother cannot be earlier.
  const watch = watchDeadline(world, seconds, late, times);
  try {
    try {
      await arm(await world.mother(), act, objects);
    } catch (error) {
      await disarm();
      signal.throwIfAborted();
      throw cannotArm(job, error);
    }
    const ended: Ended = { began: false, succeeded: false };
    const open = new Set<Promise<unknown>>();
    const guarded: Act = async (mutation, change, options) => {
      watch.check();
      ended.began = true;
      const made = act(mutation, change, options);
      open.add(made);
      return made.finally(() => open.delete(made));
    };
    try {
      const value = await work({
        ...context,
        act: guarded,
        signal: AbortSignal.any([signal, watch.signal]),
        job: `${job.metadata.namespace}/${job.metadata.name}`,
      });
      watch.check();
      ended.succeeded = true;
      return value;
    } finally {
      const late = [...open];
      await putBack(ended);
      if (late.length > 0) {
        // a change that nobody waited for any more may have come after what put it back
        await within(Promise.allSettled(late), { clock: world.clock, ms: longestCallMs, late: () => undefined });
        await putBack(ended);
      }
      await disarm();
    }
  } finally {
    watch.close();
  }
}

function tooLate({ sovereign }: World): CatalystError {
  const { namespace, deployment } = sovereign.spec.mother.catalyst;
  return fail(
    'E5023',
    'This process was suspended or too slow while catalyst-api on the mother was stopped; the mother has restored it or is about to. The interrupted work is not finished.',
    { actions: [`kubectl -n ${namespace} get deployment ${deployment}`, command('resume')] },
  );
}

const tooLateForRedirect = (): CatalystError =>
  fail(
    'E5023',
    'This process was suspended or too slow while it created the redirect on the mother; the mother has removed the redirect or is about to.',
    { actions: [command('handover redirect')] },
  );
