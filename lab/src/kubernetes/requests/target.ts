/** The object that a call is for. */
import type { Kind } from '../kinds/kinds.js';

export interface Target {
  kind: Kind;
  namespace?: string;
  name: string;
}
