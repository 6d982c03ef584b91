/** What Hetzner answered, narrowed where it enters: what it sends in another form is its error, never ours. */
import { z } from 'zod';
import { checkShape } from '../../support/check-shape.js';
import { fail } from '../../support/errors/errors.js';
import type { Action } from './types.js';

const resource = z.looseObject({ id: z.int() });
const action = z.looseObject({
  id: z.int(),
  command: z.string(),
  status: z.enum(['running', 'success', 'error']),
  progress: z.number().default(0),
  resources: z.array(z.looseObject({ id: z.number(), type: z.string() })).default([]),
  error: z
    .looseObject({ code: z.string(), message: z.string() })
    .nullish()
    .transform((said) => said ?? null),
});

type Fields = Record<string, unknown>;
const fieldsOf = (body: unknown): Fields => (typeof body === 'object' && body !== null ? (body as Fields) : {});

/** @param call `GET /servers/1`, for the message. Throws E2001 when there is no such resource in it. */
export function resourceIn(body: unknown, key: string, call: string): { id: number } {
  const parsed = checkShape(resource, fieldsOf(body)[key]);
  if (parsed.success) return parsed.data;
  throw fail('E2001', `Hetzner answered ${call} without "${key}".`, { data: { ambiguous: !call.startsWith('GET') } });
}

export const isResource = (value: unknown): value is { id: number } => checkShape(resource, value).success;

/** Whatever actions an answer carries: `action`, `next_actions`, `actions`, or none (a 204). Throws E2001 for what is none. */
export function actionsIn(body: unknown, call: string): Action[] {
  const said = fieldsOf(body);
  const lists = [said['action'] ? [said['action']] : [], said['next_actions'] ?? [], said['actions'] ?? []];
  const parsed = checkShape(z.array(action), lists.flat());
  if (parsed.success) return parsed.data as unknown as Action[];
  const [issue] = parsed.error.issues;
  throw fail('E2001', `Hetzner answered ${call} with invalid actions: ${issue?.path.join('.')} ${issue?.message}.`, {
    data: { ambiguous: !call.startsWith('GET') },
  });
}
