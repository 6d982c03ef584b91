/** One change of the outside world: what it is made on, and the sentence that describes it. */
import type { System } from './systems.js';

export interface Target {
  system: System;
  kind: string;
  name: string;
  namespace?: string;
}

/** One intended change of the outside world and the sentence that tells it, in plan, dry-run, journal and screen alike. */
export interface Mutation {
  target: Target;
  /** Imperative, complete: "create network catalyst-omantel-omani-works-net 10.0.0.0/16 in eu-central". */
  sentence: string;
  /** What the step has confirmed by name before it makes this change, as a clause after "This". */
  confirm?: string;
  /** Puts back what an earlier run has left; made before the protected set is compared with what was kept of it. */
  putsBack?: true;
  /** Nothing is lost by it: a lease, an undo that is armed, a look. The head of the journal need not be signed before it. */
  reversible?: true;
  /** Of a write to a protected thing: the field that it sets, what it was where that is needed to put it back, and what it is then. */
  effect?: { field: string; before?: unknown; after: unknown };
}
