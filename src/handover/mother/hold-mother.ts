/**
 * Holds the mother for one run: nobody else's run acts on it meanwhile, and what an earlier, killed run of this Sovereign has left
 * stopped is put back first (docs/decisions/0013). Once the Lease is lost, nothing is written any more.
 */
import { hostname, userInfo } from 'node:os';
import type { Mutation } from '../../engine/mutation.js';
import {
  type LeaseHolder,
  type LeaseKube,
  leaseRef,
  leaseSeconds,
  mayTakeAtOnce,
  releaseLease,
  renewLease,
  renewMs,
  takeLease,
} from '../../mother/lease.js';
import { sovereignLabel } from '../../mother/own-names.js';
import { shownIdentity } from '../../sovereign/state/process-identity.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Act, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { finishEarlier } from './undo/finish-earlier.js';

/** One change from taking to giving back, renewals included. */
export function leaseMutation(world: Pick<World, 'sovereign'>): Mutation {
  const { namespace } = world.sovereign.spec.mother.catalyst;
  const { name } = leaseRef(namespace);
  return {
    target: { system: 'mother', kind: 'Lease', namespace, name },
    sentence: `hold the mother for this run: Lease ${namespace}/${name}`,
    reversible: true,
  };
}

/** Runs whose Lease is held already: what they call inside holds it too. */
const holding = new Set<string>();

/** Throws E5021 or E5022 (exit 9) when the mother is not free; `work` gets a context that ends with the Lease. */
export async function holdMother<T>(
  world: World,
  context: StepContext,
  work: (context: StepContext) => Promise<T>,
): Promise<T> {
  if (holding.has(world.runId)) return work(context);
  const { signal, progress } = context;
  const mother = await world.mother();
  const { namespace } = world.sovereign.spec.mother.catalyst;
  // What fails while the mother is held is no failure of holding it.
  const outcome = await context.act(
    leaseMutation(world),
    async (writers): Promise<{ value: T } | { error: unknown }> => {
      const { create, patch, delete: remove } = await writers.mother();
      const kube: LeaseKube = { get: (ref) => mother.get(ref), create, patch, delete: remove };
      const onWaiting = (reason: string) => progress.waiting(reason);
      await takeLease(kube, namespace, holderOf(world), { clock: world.clock, signal, onWaiting });
      const lost = new AbortController();
      const renewal = renewUntilLost(world, kube, lost);
      holding.add(world.runId);
      try {
        const held = until(lost.signal, context);
        await finishEarlier(world, held, mother);
        return { value: await work(held) };
      } catch (error) {
        return { error };
      } finally {
        holding.delete(world.runId);
        clearInterval(renewal);
        if (!lost.signal.aborted) await releaseLease(kube, namespace, world.runId);
      }
    },
  );
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/**
 * Gives back what a killed run of this Sovereign on this machine still holds, with all that it had left on the mother. Does nothing where
 * the holder may be alive.
 */
export async function giveBackMother(world: World, context: StepContext): Promise<void> {
  const mother = await world.mother();
  const lease = await mother.get(leaseRef(world.sovereign.spec.mother.catalyst.namespace));
  const isOwn = lease?.metadata.labels?.[sovereignLabel] === world.sovereign.spec.fqdn;
  if (lease && isOwn && mayTakeAtOnce(lease, holderOf(world))) await holdMother(world, context, async () => undefined);
}

/** The context that neither acts nor puts back once the Lease is lost. */
function until(lost: AbortSignal, context: StepContext): StepContext {
  const guarded =
    (inner: Act): Act =>
    async (mutation, change, options) => {
      lost.throwIfAborted();
      return inner(mutation, change, options);
    };
  return {
    ...context,
    act: guarded(context.act),
    signal: AbortSignal.any([context.signal, lost]),
    undo: { ...context.undo, act: guarded(context.undo.act) },
  };
}

/** Names the run and its process. */
export function holderOf(world: Pick<World, 'runId' | 'sovereign'>): LeaseHolder {
  const { runId, sovereign } = world;
  let user = 'unknown';
  try {
    user = userInfo().username;
  } catch {
    // A user without a name is named so.
  }
  return { fqdn: sovereign.spec.fqdn, runId, by: `${user}@${hostname()}`, process: shownIdentity() };
}

/** A renewal that fails is tried again until the Lease has run out; then another run may have it. */
function renewUntilLost(world: World, kube: LeaseKube, lost: AbortController): NodeJS.Timeout {
  const { namespace } = world.sovereign.spec.mother.catalyst;
  let renewedAt = performance.now();
  const renewal = setInterval(async () => {
    const isOurs = await renewLease(kube, namespace, world.runId, world.clock.now()).catch(() => undefined);
    if (isOurs) renewedAt = performance.now();
    const late = isOurs === undefined && performance.now() - renewedAt > leaseSeconds * 1000;
    if (isOurs !== false && !late) return;
    clearInterval(renewal);
    lost.abort(
      fail(
        'E5021',
        'This run no longer holds the mother: its Lease was not renewed in time. It writes nothing more there.',
        {
          actions: [command('handover status'), `kubectl -n ${namespace} get lease,job -l ${sovereignLabel}`],
        },
      ),
    );
  }, renewMs);
  return renewal.unref();
}
