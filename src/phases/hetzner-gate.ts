/** The engine's gate in the form in which src/hetzner may use it. */
import type { Change } from '../hetzner/change.js';
import type { Act } from './gate.js';
import type { Mutation, System } from './step.js';

export function mutationOf({ kind, name, sentence }: { kind: string; name: string; sentence: string }): Mutation {
  return { target: { system: 'hetzner' as System, kind, name }, sentence };
}

export function hetznerChange(act: Act): Change {
  return (intended, change, recover) =>
    act(mutationOf(intended), (operation) => change(operation.id), recover ? { recover } : undefined);
}
