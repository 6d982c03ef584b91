/** The engine's gate with the writers of this product: each change gets its own, which check every write that they send. */
import {
  createGate as createEngineGate,
  type GateOptions as EngineGateOptions,
  type Gate,
} from '../../engine/journaled-gate.js';
import { checkedWriters } from './checked-writers.js';
import { type Adapters, type Writers, writersOf } from './writers.js';

export interface GateOptions extends Omit<EngineGateOptions<Writers>, 'lend'> {
  /** What writers are made of. */
  adapters: Adapters;
}

/** How a gate is opened by those who may not hold what writers are made of. */
export type OpenGate = (
  options: Omit<GateOptions, 'adapters' | 'ready' | 'onChange' | 'made' | 'dryRun'>,
) => Gate<Writers>;

export function createGate({ adapters, ...options }: GateOptions): Gate<Writers> {
  const writers = writersOf(adapters);
  return createEngineGate({ ...options, lend: (mutation) => checkedWriters(writers, mutation, options.protects) });
}
