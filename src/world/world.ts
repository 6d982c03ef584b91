/** The adapters a step may use. Made once per invocation by src/cli/context; lazy where the thing may not exist yet. */
import type { Blueprint } from '../blueprints/catalog/blueprint.js';
import type { RenderedTree } from '../blueprints/render/render.js';
import type { Sovereign } from '../sovereign/spec/schema.js';
import type { WorldIdentity } from '../sovereign/world-identity.js';
import type { Clock } from '../support/clock.js';
import type { Redactor } from '../support/redact/redact.js';
import type { DnsQuery } from '../tools/dns/dns.js';
import type { Binaries } from '../tools/exec/binaries.js';
import type { Readers } from './readers.js';

export interface Credentials {
  /** The value, from environment or store; throws E1301 naming how to give it. */
  get(name: CredentialName): Promise<string>;
  find(name: CredentialName): Promise<string | undefined>;
  /** Keeps a value in the encrypted store (a local write, not a mutation of the outside world). */
  set(name: CredentialName, value: string): Promise<void>;
  forget(name: CredentialName): Promise<void>;
}

/** `generated/<name>` are secrets that catalyst makes itself, once, and keeps (database passwords, join token …). */
export type CredentialName =
  | 'hcloud-token'
  | 's3-access-key'
  | 's3-secret-key'
  | 'registry-token'
  | 'ssh-private-key'
  | 'ssh-host-key'
  | 'k3s-token'
  | 'sovereign-kubeconfig'
  | 'powerdns-api-key'
  | 'dynadot-api-key'
  | 'alert-webhook'
  | `generated/${string}`;

/** Asks, and changes nothing: what changes something comes from `act` (gate.ts). */
export interface World extends Readers {
  sovereign: Sovereign;
  clock: Clock;
  /** Aborts at the first ^C; waits and new changes end with it. */
  signal: AbortSignal;
  /** Aborts a minute later; single calls, and what puts things back, end with it. */
  undoSignal: AbortSignal;
  redactor: Redactor;
  credentials: Credentials;
  /** Where helm and kubectl are; left out where nothing starts them. */
  binaries?: Pick<Binaries, 'find'>;
  dns: DnsQuery;
  /** This machine's public IPv4 address, from which servers see SSH come. Throws E2008 when it cannot be determined. */
  publicAddress(): Promise<string>;
  /**
   * Lab or real, read once per invocation from what the endpoints serve. Throws E1411 when they are not all of one world (or not
   * of the lab that --lab names), E1412 when none of them could be read.
   */
  identity(): Promise<WorldIdentity>;
  /** Throws E4034 when the Hetzner token is for another project than the one the journal is bound to: before a step prepares its writes. */
  requireProject?(): Promise<void>;
  /** The public evidence key (SPKI PEM) of another Sovereign with state beside this one's; undefined where there is none. */
  evidenceKeyOf?(fqdn: string): Promise<string | undefined>;
  /** In words: which way calls take to the network. */
  ways?(): string;
  blueprints: readonly Blueprint[];
  /** The tree that belongs to the spec, rendered once. */
  tree(): Promise<RenderedTree>;
  /** This run's id, as in the journal. */
  runId: string;
  /** Directory for this Sovereign on this machine. */
  stateDir: string;
}
