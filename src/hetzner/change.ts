import type { ObjectStoreWriter } from '../tools/s3.js';
import type { HetznerWriter } from './api.js';

/** How this room is given the gate: it may not know the engine above it. */
export interface Intended {
  /** Resource type, such as `server`. */
  kind: string;
  /** Default: the Cloud API. */
  system?: 's3';
  name: string;
  /** Imperative and complete. */
  sentence: string;
  /** Hash of the purge plan that the change belongs to. */
  plan?: string;
}

/** Of the gate's writers, those of this room. */
export interface HetznerWriters {
  hetzner(): Promise<HetznerWriter>;
  objectStore(): Promise<ObjectStoreWriter>;
}

/**
 * Makes one journaled change. `recover` is asked first when an earlier run left this very change in doubt.
 * src/walk/hetzner-gate.ts makes one from the engine's `act`.
 */
export type Change = <T>(
  intended: Intended,
  change: (writers: HetznerWriters, operation: string) => Promise<T>,
  recover?: (operation: string) => Promise<T | undefined>,
) => Promise<T>;
