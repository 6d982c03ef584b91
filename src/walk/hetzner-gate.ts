/** The engine's gate in the form in which src/hetzner may use it. */
import type { Mutation } from '../engine/step.js';
import type { Change, Intended } from '../hetzner/change.js';
import type { Act } from '../world/step.js';

export function mutationOf({ system, kind, name, sentence }: Intended): Mutation {
  return { target: { system: system ?? 'hetzner', kind, name }, sentence };
}

export function hetznerChange(act: Act): Change {
  return (intended, change, recover) =>
    act(mutationOf(intended), (writers, operation) => change(writers, operation.id), {
      ...(recover ? { recover } : {}),
      ...(intended.plan ? { plan: intended.plan } : {}),
    });
}
