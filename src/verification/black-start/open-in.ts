/** What of the outside a Pod still gets to, a clause each. Pure. */
import { type CanaryLook, reachedOf, resolvedIn } from '../experiment/egress/canaries.js';

export const openIn = (look: CanaryLook, hosts: readonly string[]): string[] => [
  ...reachedOf(look, hosts).map((one) => `${one} can still be reached`),
  ...resolvedIn(look, hosts),
];
