/** What journaled mutations declare to do to protected things: only the kinds of write that are allowed have an effect. Pure. */
import type { Target } from '../../engine/mutation.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { command } from '../../support/commands/command.js';
import { redirectNameOf } from '../own-names.js';
import type { DeclaredEffect } from './compare.js';

export interface DeclaredMutation {
  target: Target;
  sentence: string;
  /** Field that it sets and what the field is then. */
  effect?: { field: string; after: unknown };
}

/** Effects of every mutation that a journal has as made, or as possibly made, in its order. */
export function journaledEffects(
  sovereign: Sovereign,
  entries: readonly { kind: string; op?: string; target?: Target; inputs?: Record<string, unknown> }[],
): DeclaredEffect[] {
  // a run that was killed has begun what it did not note the end of
  const ended = new Set(entries.flatMap(({ kind, op }) => (['ok', 'fail', 'indoubt'].includes(kind) && op ? op : [])));
  return entries.flatMap(({ kind, op = '', target, inputs = {} }) => {
    const possible = ['ok', 'indoubt'].includes(kind) || (kind === 'begin' && !ended.has(op));
    if (!target || !possible) return [];
    const { sentence, effect } = inputs as { sentence: string; effect?: DeclaredMutation['effect'] };
    const found = effectOf(sovereign, { target, sentence, effect });
    return found ? [found] : [];
  });
}

export function effectOf(
  sovereign: Sovereign,
  { target, sentence, effect }: DeclaredMutation,
): DeclaredEffect | undefined {
  const { fqdn, mother } = sovereign.spec;
  const { system, kind, namespace, name } = target;
  if (system !== 'mother') return undefined;
  const object = `${kind} ${namespace}/${name}`;
  if (kind === 'Kustomization' && effect?.field === 'spec.suspend') {
    const undo = `flux -n ${namespace} resume kustomization ${name}`;
    return { object, field: 'suspend', after: effect.after === true, description: sentence, undo };
  }
  const isRedirect = namespace === mother.catalyst.namespace && name === redirectNameOf(fqdn);
  if (!isRedirect || !['Ingress', 'Middleware'].includes(kind)) return undefined;
  return { object, description: sentence, undo: command('handover redirect', { remove: true }) };
}
