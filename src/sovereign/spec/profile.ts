import type { Spec } from './schema.js';

/** How much of everything there is: as the spec says, or by the number of control planes. */
export function profileOfSpec({ profile, hetzner }: Pick<Spec, 'profile' | 'hetzner'>): 'solo' | 'ha' {
  return profile ?? (hetzner.controlPlane.count === 3 ? 'ha' : 'solo');
}
