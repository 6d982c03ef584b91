/** Deletes one resource: frees it from what holds it, asks, waits for the action, and tries again while a cascade runs. */
import { isCatalystError } from '../../../support/errors/errors.js';
import { waitUntil } from '../../../support/wait.js';
import type { HetznerWriter } from '../../api/api.js';
import { hetznerCode, inUseCodes } from '../../api/errors.js';
import type { Resource } from '../../api/types.js';
import { type HetznerWriters, mutationOf } from '../../mutation.js';
import { kindOf } from '../../resources/kinds.js';
import type { Preparation, Row } from '../select/row.js';
import type { ApplyTools } from './apply-tools.js';

/** What a deletion is made with; `plan` is the hash of the purge plan. */
type Deleting = ApplyTools & { plan: string };

/** Detaching was seen to take up to half a minute after a server had gone. */
const releaseMs = 180_000;

function what({ type, name, id }: Row): string {
  return `${type.replaceAll('_', ' ')} ${name} (${id})`;
}

const preparing: Record<Preparation, (row: Row) => string> = {
  unprotect: (row) => `lift the delete protection of ${what(row)}`,
  release: (row) => `take ${what(row)} off its label selectors`,
};

export function deletionSentence(row: Row): string {
  return `delete ${what(row)}`;
}

/** Every change that deleting it takes, in order: the plan tells the same sentences as the run. */
export function deletionSentences(row: Row): string[] {
  return [...row.first.map((one) => preparing[one](row)), deletionSentence(row)];
}

/** Makes one preparation. Uses by things that stay have kept a resource out of the plan, so nothing else is touched. */
async function prepare({ api, act, plan }: Deleting, row: Row, present: Resource, one: Preparation): Promise<void> {
  const { type, id } = row;
  const mutation = mutationOf({ kind: type, name: row.name, sentence: preparing[one](row) });
  const change = async ({ hetzner }: HetznerWriters) => {
    const writer = await hetzner();
    if (one === 'unprotect') {
      const { unprotect = {} } = kindOf(type);
      await api.settle(await writer.act(type, id, 'change_protection', { delete: false, ...unprotect }));
      return;
    }
    const release = kindOf(type).release?.(present);
    if (!release) return;
    await ignoring(release.gone, async () => api.settle(await writer.act(type, id, release.action, release.body)));
  };
  await act(mutation, change, { plan });
}

/** Frees it from what holds it, each by a change of its own. */
export async function prepareDeletion(tools: Deleting, row: Row, present: Resource): Promise<void> {
  for (const one of row.first) await prepare(tools, row, present, one);
}

export async function deleteResource(tools: ApplyTools, writer: HetznerWriter, row: Row): Promise<void> {
  const { api, clock, signal, onWaiting } = tools;
  const { type, id } = row;
  await waitUntil({
    reason: `${type.replaceAll('_', ' ')} ${row.name} to be deleted`,
    timeoutMs: releaseMs,
    clock,
    signal,
    onPending: onWaiting,
    pauseMs: 500,
    maxPauseMs: 8000,
    look: async () => {
      try {
        const { actions } = await writer.delete(type, id);
        await api.settle(actions);
        return { done: true };
      } catch (error) {
        const code = hetznerCode(error);
        if (code === 'not_found') return { done: true };
        const held = code !== undefined && (inUseCodes.has(code) || code === 'locked' || code === 'conflict');
        if (!held || !isCatalystError(error)) throw error;
        return { pending: `${type.replaceAll('_', ' ')} ${row.name}: ${code}` };
      }
    },
  });
}

async function ignoring(code: string, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (hetznerCode(error) !== code) throw error;
  }
}
