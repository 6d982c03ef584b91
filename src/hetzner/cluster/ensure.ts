/** Makes a resource exactly once: takes what is ours, creates what is missing, looks up what an answer left unclear. */
import type { Operation } from '../../engine/gate.js';
import type { Clock } from '../../support/clock.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { HetznerApi } from '../api/api.js';
import { hetznerCode, isAmbiguousError } from '../api/errors.js';
import type { ResourceMap, ResourceType } from '../api/types.js';
import { type HetznerAct, type HetznerWriters, mutationOf } from '../mutation.js';
import { operationLabel, sovereignLabel } from '../names.js';
import type { Part } from './parts.js';

export interface EnsureTools {
  api: HetznerApi;
  clock: Clock;
  signal: AbortSignal;
  act: HetznerAct;
  fqdn: string;
}

/** Made by catalyst for this Sovereign; a leftover of an earlier try bears the label of the Sovereign at most. */
export const isOurs = ({ labels }: { labels?: Record<string, string> | null }, fqdn: string): boolean =>
  labels?.[sovereignLabel] === fqdn && labels[operationLabel] !== undefined;

/** Our resource of this name, or undefined. Throws E2006 when something else has the name. */
export async function findOwnResource<T extends ResourceType>(
  api: HetznerApi,
  fqdn: string,
  type: T,
  name: string,
): Promise<ResourceMap[T] | undefined> {
  const found = (await api.list(type, { name })).find((one) => one.name === name);
  if (!found) return undefined;
  if (isOurs(found, fqdn)) return found;
  throw fail(
    'E2006',
    `${type.replaceAll('_', ' ')} ${name} (${found.id}) already exists, and catalyst did not create it.`,
    {
      actions: [command('purge plan'), command('ticket run', '370'), 'or rename it in the Hetzner Console'],
      data: { type, id: found.id, name },
    },
  );
}

/** `body` gets the operation id for its labels. */
export async function ensure<T extends ResourceType>(
  tools: EnsureTools,
  part: Part & { type: T },
  body: (operation: string) => Record<string, unknown>,
): Promise<ResourceMap[T]> {
  const { api, act } = tools;
  const present = await findOwnResource(api, tools.fqdn, part.type, part.name);
  if (present) return present;
  const made = async (writers: HetznerWriters, { id: operation }: Operation) => {
    const writer = await writers.hetzner();
    for (let attempt = 1; ; attempt++) {
      try {
        const { resource, actions } = await writer.create(part.type, { name: part.name, ...body(operation) });
        await api.settle(actions);
        return resource;
      } catch (error) {
        // `uniqueness_error` after our own lost request means that it arrived.
        if (!isAmbiguousError(error) && hetznerCode(error) !== 'uniqueness_error') throw error;
        const found = await lookUp(tools, part, operation);
        if (found) return found;
        // Names are unique in a project: asking again for one that is not there can make one, never two.
        if (attempt === 3 || !isAmbiguousError(error)) throw error;
      }
    }
  };
  return act(mutationOf({ kind: part.type, name: part.name, sentence: part.sentence }), made, {
    recover: (operation) => lookUp(tools, part, operation),
  });
}

/** By operation id. The API may show a new resource a moment after its answer was lost, so it is asked thrice. */
async function lookUp<T extends ResourceType>(
  { api, clock, signal }: EnsureTools,
  { type, name }: Part & { type: T },
  operation: string,
): Promise<ResourceMap[T] | undefined> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const found = await api.list(type, { labelSelector: `${operationLabel}==${operation}` });
    const ours = found.find((one) => one.name === name);
    if (ours) return ours;
    if (attempt < 3) await clock.sleep(attempt * 1000, signal);
  }
  return undefined;
}
