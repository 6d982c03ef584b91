/**
 * The redirect is made while its undo is armed on the mother: first answered 302; once it was seen to work and to touch nothing else,
 * 301. What fails half-way is removed again, by this process or, when it has died, by the mother.
 */
import type { Mutation } from '../../engine/mutation.js';
import { redirectUndoObjects } from '../../mother/jobs/undo-job.js';
import { checkProtected } from '../../mother/protected/protected-watch.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import type { World } from '../../world/world.js';
import { type Handover, lookAtCatalyst } from '../handover.js';
import {
  checkRedirect,
  neighborOf,
  pageDifferences,
  redirectMutations,
  redirectObjects,
  requireOwnRedirect,
  samplePages,
  targetOf,
} from './redirect.js';
import { undoMutations } from './undo/arm.js';
import { runOf, withArmedRedirect } from './undo/armed-undo.js';

const seenMs = 60_000;
/** Both answers seen, the pages of the host and the protected set compared, and as long again. */
const redirectSeconds = 900;

/** What making it changes, the undo included. */
export function redirectPlan(world: World): Mutation[] {
  const { middleware, ingress } = redirectMutations(world, false);
  const { namespace } = world.sovereign.spec.mother.catalyst;
  const undo = redirectUndoObjects({ namespace, image: '', imagePullSecrets: [] }, runOf(world, 0));
  return [
    ...undoMutations(undo, 'arm'),
    ...[middleware, ingress, redirectMutations(world, true).middleware],
    ...undoMutations(undo, 'disarm'),
  ];
}

/** Makes the redirect unless the record says that it stands. Throws E5106 when it does not do what it must, E5020 when its undo cannot be armed. */
export async function makeRedirect(handover: Handover): Promise<void> {
  const { world, record } = handover;
  if (record.redirectedAt !== undefined || record.ids.length === 0) return;
  await requireOwnRedirect(world, await world.mother());
  const armed = { catalyst: await lookAtCatalyst(world), seconds: redirectSeconds };
  await withArmedRedirect(world, handover, armed, async (context) => {
    await redirect({ ...handover, ...context });
    await checkProtected(world, 'With the redirect');
  });
  // Noted once its undo is disarmed: until then the mother may still remove it.
  record.redirectedAt = world.clock.now().toISOString();
  await handover.save();
}

async function redirect(handover: Handover): Promise<void> {
  const { world, act, record, signal } = handover;
  const mother = await world.mother();
  const before = await samplePages(world);
  const neighbor = await neighborOf(world, mother);
  for (const permanent of [false, true]) {
    const objects = redirectObjects(world, record.ids, neighbor, permanent);
    const mutations = redirectMutations(world, permanent);
    await act(mutations.middleware, async (writers) => (await writers.mother()).apply([objects.middleware]));
    if (!permanent) await act(mutations.ingress, async (writers) => (await writers.mother()).apply([objects.ingress]));
    await waitUntil({
      reason: `the redirect to ${targetOf(world)}`,
      timeoutMs: seenMs,
      clock: world.clock,
      signal,
      onPending: handover.progress.waiting,
      look: async () => {
        const problems = await checkRedirect(world, record.ids, permanent ? [301] : [302, 301]);
        return problems.length === 0 ? { done: true } : { pending: problems[0]! };
      },
    });
    const differences = pageDifferences(before, await samplePages(world));
    if (differences.length > 0) {
      throw fail(
        'E5106',
        `With the redirect, other pages of the host changed: ${differences.join('; ')}. The redirect was removed again.`,
        { actions: [command('handover redirect')], data: { differences } },
      );
    }
  }
}
