/** What the gate asks before each write: whether it is made on something protected. */
import type { Target } from './mutation.js';

/** HTTP methods by what they do: PUT and PATCH are `patch`, POST is `create`. */
export type WriteVerb = 'create' | 'apply' | 'patch' | 'delete';

/** One write, as the gate's writers are about to send it. */
export interface Write {
  target: Target;
  /** Left out of a mutation that is only declared: whether anything at all may be written there. Its name has no run. */
  verb?: WriteVerb;
  /** Leaves that a patch or an apply sets or removes: `spec.replicas`, `metadata.annotations[example.org/mark]`. */
  fields?: readonly string[];
  /** Labels that it gives the object. */
  labels?: Readonly<Record<string, unknown>>;
}

/** Why a write must not be made, or undefined. */
export type Protects = (write: Write) => string | undefined;
