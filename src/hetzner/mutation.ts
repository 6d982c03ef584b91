/** How this room uses the gate: its mutations, and of the gate's writers those that it needs. */
import type { Act } from '../engine/gate.js';
import type { Mutation } from '../engine/mutation.js';
import type { ObjectStoreWriter } from '../tools/s3/s3.js';
import type { HetznerWriter } from './api/api.js';

export interface HetznerWriters {
  hetzner(): Promise<HetznerWriter>;
  objectStore(): Promise<ObjectStoreWriter>;
}

export type HetznerAct = Act<HetznerWriters>;

/** Of a resource in the Cloud API; `kind` is its type, such as `server`. */
export function mutationOf(resource: { kind: string; name: string; sentence: string }): Mutation {
  const { kind, name, sentence } = resource;
  return { target: { system: 'hetzner', kind, name }, sentence };
}
