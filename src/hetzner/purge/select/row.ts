/** One resource of the project in a purge plan. */
import type { Labels, ResourceType } from '../../api/types.js';

export interface Row {
  type: ResourceType;
  id: number;
  /** Images have a description where others have a name. */
  name: string;
  labels: Labels;
  created: string;
  protected: boolean;
  selected: boolean;
  /** Why it is selected, or why not. */
  reason: string;
  /** What goes with it or is lost with it. */
  implies: string[];
  /** What must be done to it first, each a change of its own. */
  first: Preparation[];
  /** Goes by itself when that one goes: `server/42`. */
  goesWith?: string;
  /** Its ownership is inferred from that one: `server/42`. */
  dependsOn?: string;
  /** Not selected although evidence leads to it: something that stays uses it. */
  kept?: true;
  /** Gross a month, in the currency of the price list; missing where it costs nothing. */
  monthly?: number;
}

export type Preparation = 'unprotect' | 'release';
