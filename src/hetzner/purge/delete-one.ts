/** Deletes one resource: frees it from what holds it, asks, waits for the action, and tries again while a cascade runs. */
import { isCatalystError } from '../../support/errors.js';
import { waitUntil } from '../../support/wait.js';
import { hetznerCode, inUseCodes } from '../errors.js';
import type { Resource, ResourceMap } from '../types.js';
import type { ApplyTools } from './apply.js';
import type { Row } from './select.js';

/** Detaching was seen to take up to half a minute after a server had gone. */
const releaseMs = 180_000;

export function deletionSentence({ type, name, id, protected: guarded }: Row): string {
  const lift = guarded ? 'lift the protection of and ' : '';
  return `${lift}delete ${type.replaceAll('_', ' ')} ${name} (${id})`;
}

export async function deleteResource(tools: ApplyTools, row: Row, present: Resource): Promise<void> {
  const { api, clock, signal, onWaiting } = tools;
  const { type, id } = row;
  if (present.protection?.delete) {
    const rebuild = type === 'server' ? { rebuild: false } : {};
    await api.settle(await api.act(type, id, 'change_protection', { delete: false, ...rebuild }));
  }
  await release(tools, row, present);
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
        const { actions } = await api.delete(type, id);
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

/** Only what the plan may touch: uses by things that stay have kept a resource out of the plan. */
async function release({ api }: ApplyTools, { type, id }: Row, present: Resource): Promise<void> {
  if (type === 'firewall') {
    const selectors = (present as ResourceMap['firewall']).applied_to.filter((use) => use.type === 'label_selector');
    if (selectors.length === 0) return;
    const remove_from = selectors.map(({ label_selector }) => ({ type: 'label_selector', label_selector }));
    await ignoring('firewall_resource_not_found', async () =>
      api.settle(await api.act(type, id, 'remove_from_resources', { remove_from })),
    );
  }
}

async function ignoring(code: string, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (hetznerCode(error) !== code) throw error;
  }
}
