/** Builds the adapters of a World from a spec, each at its first use. */
import type { World } from '../phases/world.js';
import type { CredentialStore } from '../sovereign/credential-store.js';
import type { Sovereign } from '../sovereign/schema.js';
import type { Clock } from '../support/clock.js';
import type { Redactor } from '../support/redact.js';

export interface WorldRequest {
  sovereign: Sovereign;
  stateDir: string;
  credentials: CredentialStore;
  /** Kubeconfig file of the Sovereign, when one was given. */
  kubeconfig?: string;
  motherKubeconfig?: string;
  /** With a lab its addresses win over the vendors' endpoint variables. */
  lab: boolean;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  redactor: Redactor;
  root: string;
  runId: string;
  signal: AbortSignal;
}

export interface OpenWorld {
  world: World;
  close(): Promise<void>;
}
