/** Ticket #319: the mother keeps nothing but a redirect to the Sovereign. */

import type { Mutation } from '../../engine/mutation.js';
import type { Done, Evidence } from '../../engine/step.js';
import type { KubeRef } from '../../kubernetes/client/kube.js';
import { checkProtected } from '../../mother/protected/protected-watch.js';
import { holdsNothingOwn, mentionsIn, scanSummary } from '../../scans/scan.js';
import { fail, isCatalystError } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { type Handover, openHandover } from '../handover.js';
import { erasePlan, eraseRetained } from '../mother/erase.js';
import { holdMother, leaseMutation } from '../mother/hold-mother.js';
import {
  checkRedirect,
  neighbourOf,
  pageDifferences,
  redirectMutations,
  redirectObjects,
  redirectRefs,
  requireOwnRedirect,
  samplePages,
  targetOf,
} from '../mother/redirect.js';
import { residueOf } from '../mother/residue.js';
import { type HandoverRecord, hasReached, placesOf, readRecord, recordMutation } from '../record.js';

const seenMs = 60_000;

async function recordIfAny(world: World): Promise<HandoverRecord | undefined> {
  return readRecord(world).catch((error: unknown) => {
    if (isCatalystError(error, 'E3101')) return undefined;
    throw error;
  });
}

function forgetMutation(world: World): Mutation {
  const { ref } = placesOf(world).find((place) => place.system === 'mother')!;
  return {
    target: { system: 'mother', kind: 'ConfigMap', namespace: ref.namespace, name: ref.name },
    sentence: `delete the handover record in ConfigMap ${ref.namespace}/${ref.name} on the mother; the Sovereign keeps its copy`,
  };
}

/** Redirect first answered 302; once it was seen to work and to touch nothing else, 301. What fails half-way is removed again. */
export async function makeRedirect(handover: Handover): Promise<void> {
  const { world, record } = handover;
  if (record.redirectedAt !== undefined || record.ids.length === 0) return;
  await requireOwnRedirect(world, await world.mother());
  try {
    await redirect(handover);
    await checkProtected(world, 'With the redirect');
  } catch (error) {
    await removeRedirect(handover);
    throw error;
  }
  record.redirectedAt = world.clock.now().toISOString();
  await handover.save();
}

/** The Ingress first, which leads to the Middleware. */
async function removeRedirect({ world, undo }: Handover): Promise<void> {
  const mother = await world.mother();
  const { ingress, middleware } = redirectRefs(world);
  for (const ref of [ingress, middleware])
    if (await mother.get(ref))
      await undo.act(removeRedirectMutation(ref), async (writers) => (await writers.mother()).delete(ref));
}

async function redirect(handover: Handover): Promise<void> {
  const { world, act, record } = handover;
  const mother = await world.mother();
  const before = await samplePages(world);
  const neighbour = await neighbourOf(world, mother);
  for (const permanent of [false, true]) {
    const objects = redirectObjects(world, record.ids, neighbour, permanent);
    const mutations = redirectMutations(world, permanent);
    await act(mutations.middleware, async (writers) => (await writers.mother()).apply([objects.middleware]));
    if (!permanent) await act(mutations.ingress, async (writers) => (await writers.mother()).apply([objects.ingress]));
    await waitUntil({
      reason: `the redirect to ${targetOf(world)}`,
      timeoutMs: seenMs,
      clock: world.clock,
      signal: world.signal,
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
        { actions: ['catalyst handover redirect'], data: { differences } },
      );
    }
  }
}

/** Second inventory, protected set, and the mother's own note of the handover goes. */
export async function decommission(handover: Handover): Promise<void> {
  const { world, record } = handover;
  if (record.erasedAt === undefined) await eraseRetained(handover);
  await checkProtected(world, 'After the erasure');
  const scan = await residueOf(world, handover, record);
  for (const { where, what, remedy } of mentionsIn(scan))
    handover.progress.output(`left alone: ${where}: ${what}; ${remedy}`);
  if (!holdsNothingOwn(scan)) {
    throw fail('E5005', `The mother still holds state of ${record.fqdn}: ${scanSummary(scan)}.`, {
      actions: ['catalyst verify residue'],
      data: { findings: scan.findings, looked: scan.looked },
    });
  }
  await handover.save('DECOMMISSIONED');
}

export function removeRedirectMutation(ref: KubeRef): Mutation {
  return {
    target: { system: 'mother', kind: ref.kind, namespace: ref.namespace, name: ref.name },
    sentence: `delete ${ref.kind} ${ref.namespace}/${ref.name} on the mother: the redirect`,
  };
}

/** True while the mother still has its note of the handover. */
async function motherRemembers(world: World): Promise<boolean> {
  const { ref } = placesOf(world).find((place) => place.system === 'mother')!;
  return (await (await world.mother()).get(ref)) !== undefined;
}

/** The mother's own note of the handover goes last. */
export async function forget({ world, act }: Handover): Promise<void> {
  const { ref } = placesOf(world).find((place) => place.system === 'mother')!;
  if (await motherRemembers(world))
    await act(forgetMutation(world), async (writers) => (await writers.mother()).delete(ref));
}

export function redirectConsole(world: World): Step {
  return {
    id: '#319',
    title: 'Mother decommissioned, old address redirected',
    phase: 7,
    needs: ['#317', '#374'],
    ticket: '#319',
    destructive: 'deletes what the mother retains of the Sovereign, and stops catalyst-api for a moment',
    estimateMinutes: 10,

    async plan() {
      const record = await recordIfAny(world);
      if (record && hasReached(record, 'DECOMMISSIONED')) return [];
      const { middleware, ingress } = redirectMutations(world, false);
      return [
        leaseMutation(world),
        ...(record?.redirectedAt ? [] : [middleware, ingress, redirectMutations(world, true).middleware]),
        ...(record?.erasedAt || !record ? [] : await erasePlan(world)),
        ...placesOf(world).map((place) => recordMutation(place, 'DECOMMISSIONED')),
        forgetMutation(world),
      ];
    },

    async isDone(): Promise<Done> {
      const record = await recordIfAny(world);
      if (!record || !hasReached(record, 'DECOMMISSIONED')) return { done: false };
      const problems = await checkRedirect(world, record.ids);
      return problems.length > 0 || (await motherRemembers(world))
        ? { done: false }
        : { done: true, reason: 'decommissioned, the redirect answers 301' };
    },

    run(context) {
      return holdMother(world, context, async (held) => {
        const handover = await openHandover(world, held);
        if (!hasReached(handover.record, 'REVOKED')) {
          throw fail('E5101', `The handover is ${handover.record.state ?? 'not begun'}, not REVOKED.`, {
            actions: ['catalyst handover finalize'],
          });
        }
        await makeRedirect(handover);
        if (!hasReached(handover.record, 'DECOMMISSIONED')) await decommission(handover);
        await forget(handover);
      });
    },

    async proof(context): Promise<Evidence> {
      const record = await recordIfAny(world);
      if (!record || !hasReached(record, 'DECOMMISSIONED')) throw fail('E4009', 'The handover is not DECOMMISSIONED.');
      const problems = await checkRedirect(world, record.ids);
      if (problems.length > 0) throw fail('E5106', `The redirect does not hold: ${problems.join('; ')}.`);
      const scan = await residueOf(world, context, record);
      if (!holdsNothingOwn(scan)) throw fail('E4009', `The mother still holds state: ${scanSummary(scan)}.`);
      await checkProtected(world, 'After the decommissioning');
      return {
        summary: `${record.ids.length} old addresses answer 301 to ${targetOf(world)}; residue: ${scanSummary(scan)}`,
        facts: { redirect: targetOf(world), ids: record.ids, residue: scan },
      };
    },
  };
}
