/** Ticket #370: what earlier runs of this Sovereign left at Hetzner goes; nothing else does. */
import type { Done, Evidence } from '../../engine/step.js';
import { mutationOf } from '../../hetzner/mutation.js';
import { applyPurge } from '../../hetzner/purge/apply/apply.js';
import { deletionSentences } from '../../hetzner/purge/apply/delete-one.js';
import { takeInventory } from '../../hetzner/purge/plan/inventory.js';
import { makePurgePlan } from '../../hetzner/purge/plan/plan.js';
import { rowsOf } from '../../hetzner/purge/plan/unfinished.js';
import type { Row } from '../../hetzner/purge/select/row.js';
import { type Selection, selectLeftovers } from '../../hetzner/purge/select/select.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { unfinishedPurgesOf } from '../../world/journal/unfinished-purges.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';

/** What the walk purges: never the live cluster, zones, snapshots or anything protected. */
export function walkSelection(fqdn: string): Selection {
  return { fqdn, includeLive: false, zones: false, snapshots: false, unprotect: [] };
}

export function createPurgeStep(world: World): Step {
  const selection = walkSelection(world.sovereign.spec.fqdn);
  const kept = new Map<string, Row>();

  const look = async (): Promise<{ chosen: Row[]; rows: Row[] }> => {
    const earlier = rowsOf(unfinishedPurgesOf(world).plans());
    const rows = selectLeftovers(await takeInventory(await world.hetzner()), selection, undefined, earlier);
    return { rows, chosen: rows.filter(({ selected }) => selected) };
  };

  return {
    id: '#370',
    title: 'Hetzner: leftovers of earlier runs purged',
    phase: 0,
    needs: [],
    ticket: '#370',
    limits: ['hetzner'],
    destructive: 'deletes the leftovers that #370 selects at Hetzner',
    estimateMinutes: 5,

    async plan() {
      const { chosen } = await look();
      return chosen
        .filter(({ goesWith }) => goesWith === undefined)
        .flatMap((row) =>
          deletionSentences(row).map((sentence) => mutationOf({ kind: row.type, name: row.name, sentence })),
        );
    },

    async isDone(): Promise<Done> {
      const { chosen } = await look();
      return chosen.length === 0
        ? { done: true, reason: 'a listing of the project shows no leftovers' }
        : { done: false };
    },

    async run({ act, progress, signal }) {
      await world.requireProject?.();
      const api = await world.hetzner();
      const unfinished = unfinishedPurgesOf(world);
      const sources = { unfinished: unfinished.plans() };
      const plan = await makePurgePlan(api, selection, world.clock.now(), sources);
      for (const row of plan.resources) if (!row.selected) kept.set(`${row.type} ${row.id}`, row);
      const tools = { api, clock: world.clock, signal, act, unfinished, onWaiting: progress.waiting };
      const result = await applyPurge(tools, plan);
      progress.output(
        `${result.deleted.length} deleted, ${result.skipped.length} skipped, ${result.requests} requests`,
      );
      const undone = [...result.left, ...result.skipped];
      if (undone.length > 0) {
        const list = undone.map(({ type, name, reason }) => `${type} ${name}: ${reason}`).join('; ');
        throw fail('E2001', `Some leftovers are still at Hetzner: ${list}.`, {
          actions: [command('purge plan'), command('resume')],
          data: { left: result.left, skipped: result.skipped },
        });
      }
    },

    async proof(): Promise<Evidence> {
      const { chosen, rows } = await look();
      if (chosen.length > 0) {
        const list = chosen.map(({ type, name }) => `${type} ${name}`).join(', ');
        throw fail('E4009', `Leftovers are in the project: ${list}.`, { actions: [command('ticket run', '370')] });
      }
      const there = new Set(rows.map(({ type, id }) => `${type} ${id}`));
      const missing = [...kept].filter(([key]) => !there.has(key)).map(([, { type, name }]) => `${type} ${name}`);
      if (missing.length > 0) {
        throw fail('E4009', `Resources that were not to be deleted are gone: ${missing.join(', ')}.`, {
          actions: [command('journal show')],
        });
      }
      const counts: Record<string, number> = {};
      for (const { type } of rows) counts[type] = (counts[type] ?? 0) + 1;
      return {
        summary: `a fresh listing of the project shows no leftovers; ${rows.length} other resources are there`,
        facts: { project: (await world.hetzner()).tokenFingerprint, resources: counts },
      };
    },
  };
}
