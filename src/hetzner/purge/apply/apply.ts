/** Deletes what a plan names, in parallel along the dependencies, each re-read just before; then looks what is left. */
import { command } from '../../../support/commands/command.js';
import { endsTheRun } from '../../../support/errors/ends-the-run.js';
import { fail, isCatalystError, messageOf } from '../../../support/errors/errors.js';
import { isTokenError } from '../../api/errors.js';
import type { Resource, ResourceType } from '../../api/types.js';
import { type HetznerWriters, mutationOf } from '../../mutation.js';
import { keyOf } from '../../resources/kind.js';
import { resourceTypes } from '../../resources/kinds.js';
import { isOfProject } from '../plan/applicable.js';
import { type Inventory, listType, takeInventory } from '../plan/inventory.js';
import { markerIn } from '../plan/plan.js';
import type { PurgePlan } from '../plan/purge-plan.js';
import { rowsOf, withRetained } from '../plan/unfinished.js';
import { changedSince } from '../select/changed-since.js';
import { keptByUse } from '../select/kept-by-use.js';
import type { Row } from '../select/row.js';
import { selectLeftovers } from '../select/select.js';
import type { ApplyTools } from './apply-tools.js';
import { deleteResource, deletionSentence, prepareDeletion } from './delete-one.js';
import { inOrder } from './in-order.js';
import { deletionOrder } from './order.js';
import { createReread } from './recheck.js';

export interface Named {
  type: string;
  /** Of a bucket: its name. */
  id: number | string;
  name: string;
}

export interface PurgeResult {
  deleted: Named[];
  skipped: (Named & { reason: string })[];
  /** Named by the plan, tried, and still there. */
  left: (Named & { reason: string })[];
  /** Leftovers of the Sovereign that the plan did not know. */
  leaks: (Named & { reason: string })[];
  /** Not selected, and gone all the same while the purge ran. */
  missing: Named[];
  requests: number;
}

type Outcome = 'deleted' | { skipped: string } | { failed: string };

/** Deletions on their way at once; most of that time is Hetzner's own. */
const lanes = 256;

const named = ({ type, id, name }: Row): Named => ({ type, id, name });

export async function applyPurge(given: ApplyTools, plan: PurgePlan): Promise<PurgeResult> {
  const { api, clock, signal, unfinished } = given;
  const tools = { ...given, plan: plan.hash };
  const chosen = plan.resources.filter(({ selected }) => selected);
  const before = await takeInventory(api);
  assertStillSelected(plan, before, unfinished.plans());
  // From the first deletion on, only this record knows what the deleted resources said about those that depended on them.
  if (chosen.length > 0) unfinished.keep(plan);
  const reread = createReread(api, clock, before);
  const order = deletionOrder(chosen, before);
  const keys = new Set(chosen.map(({ type, id }) => keyOf(type, id) as string));
  const willGo = (type: ResourceType, id: number | null | undefined) => keys.has(`${type}/${id}`);

  const one = async (row: Row, firsts: Outcome[]): Promise<Outcome> => {
    signal.throwIfAborted();
    if (firsts.some((outcome) => outcome !== 'deleted')) return { skipped: 'something that uses it was not deleted' };
    // It goes by itself; the listing at the end says whether it did.
    if (row.goesWith && keys.has(row.goesWith)) return 'deleted';
    const present = await reread(row.type, row.id);
    if (!present) return 'deleted';
    const changed = changedSince(row, present) ?? keptByUse(row.type, present, before, willGo)?.reason;
    if (changed) return { skipped: changed };
    try {
      const mutation = mutationOf({ kind: row.type, name: row.name, sentence: deletionSentence(row) });
      // A deletion in doubt is settled by looking: what is gone needs no second one.
      const isGone = async () => ((await api.get(row.type, row.id)) ? undefined : true);
      const remove = async (writers: HetznerWriters) => {
        await deleteResource(tools, await writers.hetzner(), row);
        return true;
      };
      await prepareDeletion(tools, row, present);
      await tools.act(mutation, remove, { recover: isGone, plan: plan.hash });
      return 'deleted';
    } catch (error) {
      signal.throwIfAborted();
      if (endsTheRun(error)) throw error;
      // What the gate refuses for one deletion it refuses for all.
      if (isTokenError(error) || (isCatalystError(error) && error.class === 'refused')) throw error;
      return { failed: messageOf(error) };
    }
  };
  const outcomes = await inOrder(chosen, order, lanes, one);
  const settled = chosen.map((row) => {
    const outcome = outcomes.get(keyOf(row.type, row.id));
    return { row, outcome: outcome ?? { skipped: 'it is part of a dependency cycle' } };
  });
  const { result, after } = await report(tools, plan, settled, before);
  forgetFinished(tools, after);
  return result;
}

/**
 * Throws E2010, before anything is deleted, when the plan selects what the evidence of now does not: a plan is a file, and its hash
 * keeps nobody from editing it.
 */
export function assertStillSelected(plan: PurgePlan, inventory: Inventory, unfinished: readonly PurgePlan[]): void {
  const selection = withRetained(plan.selection, unfinished);
  const fresh = selectLeftovers(inventory, selection, undefined, rowsOf(unfinished));
  const byKey = new Map(fresh.map((row) => [keyOf(row.type, row.id), row]));
  const present = itemsOf(inventory);
  const refused = plan.resources.flatMap((row) => {
    const key = keyOf(row.type, row.id);
    const now = byKey.get(key);
    // What was changed or came into use since the plan is skipped later, with its reason.
    if (!row.selected || !now || now.selected || now.kept || changedSince(row, present.get(key)!)) return [];
    // Hetzner removes it a moment after its server.
    if (row.goesWith && !byKey.has(row.goesWith as never)) return [];
    return [{ ...named(row), reason: now.reason }];
  });
  if (refused.length === 0) return;
  const list = refused.map(({ type, id, name, reason }) => `${type.replaceAll('_', ' ')} ${name} (${id}): ${reason}`);
  throw fail(
    'E2010',
    `The plan selects resources that do not belong to ${plan.selection.fqdn} now: ${list.join('; ')}. Nothing was deleted.`,
    {
      actions: [command('purge plan')],
      data: { refused },
    },
  );
}

function itemsOf(inventory: Inventory): Map<string, Resource> {
  return new Map(resourceTypes.flatMap((type) => inventory[type].map((item) => [keyOf(type, item.id), item] as const)));
}

/** A record ends with its last resource, as far as this token can see: it may be for another project. */
function forgetFinished({ api, unfinished }: ApplyTools, after: Inventory): void {
  const present = itemsOf(after);
  for (const plan of unfinished.plans()) {
    const marker = markerIn(after, plan.selection.fqdn);
    if (!isOfProject(plan, api, marker) || plan.endpoint !== api.endpoint) continue;
    // Its buckets go after everything else.
    if (plan.buckets?.rows.some(({ selected }) => selected)) continue;
    const isLeft = (row: Row) => {
      const item = present.get(keyOf(row.type, row.id));
      return row.selected && item !== undefined && changedSince(row, item) === undefined;
    };
    if (!plan.resources.some(isLeft)) unfinished.forget(plan);
  }
}

async function report(
  { api, clock, signal, unfinished }: ApplyTools,
  plan: PurgePlan,
  settled: { row: Row; outcome: Outcome }[],
  before: Inventory,
): Promise<{ result: PurgeResult; after: Inventory }> {
  const after: { -readonly [T in keyof Inventory]: Inventory[T] } = await takeInventory(api);
  const ids = new Map<string, Set<number>>();
  const index = (type: Row['type']) => ids.set(type, new Set(after[type].map(({ id }) => id)));
  for (const type of resourceTypes) index(type);
  const isThere = (row: Row) => ids.get(row.type)?.has(row.id) === true;
  const gone = settled.filter(({ outcome }) => outcome === 'deleted').map(({ row }) => row);
  // Addresses and backups vanish a moment after their server.
  for (let attempt = 1; attempt <= 6 && gone.some(isThere); attempt++) {
    await clock.sleep(attempt * 250, signal);
    const late = [...new Set(gone.filter(isThere).map(({ type }) => type))];
    await Promise.all(late.map(async (type) => Object.assign(after, { [type]: await listType(api, type) })));
    for (const type of late) index(type);
  }
  const result: PurgeResult = { deleted: [], skipped: [], left: [], leaks: [], missing: [], requests: 0 };
  for (const { row, outcome } of settled) {
    if (outcome === 'deleted' && isThere(row)) {
      result.left.push({ ...named(row), reason: 'Hetzner accepted the deletion but still lists it' });
    } else if (outcome === 'deleted') result.deleted.push(named(row));
    else if ('skipped' in outcome) result.skipped.push({ ...named(row), reason: outcome.skipped });
    else if (isThere(row)) result.left.push({ ...named(row), reason: outcome.failed });
    else result.deleted.push(named(row));
  }
  const known = new Set(plan.resources.map(({ type, id }) => keyOf(type, id)));
  const now = selectLeftovers(after, plan.selection, undefined, [...rowsOf(unfinished.plans()), ...plan.resources]);
  result.leaks = now
    .filter((row) => row.selected && !known.has(keyOf(row.type, row.id)))
    .map((row) => ({ ...named(row), reason: row.reason }));
  const there = new Set(now.map((row) => keyOf(row.type, row.id)));
  const startedWith = new Set(
    Object.entries(before).flatMap(([type, items]) => items.map(({ id }) => `${type}/${id}`)),
  );
  result.missing = plan.resources
    .filter((row) => !row.selected && startedWith.has(keyOf(row.type, row.id)) && !there.has(keyOf(row.type, row.id)))
    .map(named);
  result.requests = api.requests();
  return { result, after };
}
