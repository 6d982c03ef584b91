/** What one invocation of catalyst gives its action. Made by src/cli/context/context.ts; actions take the slice they use. */
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import type { Confirm } from '../../engine/confirmation.js';
import type { Emit } from '../../engine/events.js';
import type { Journal } from '../../engine/journal.js';
import type { CredentialStore } from '../../sovereign/credentials/credential-store.js';
import type { LoadedSpec } from '../../sovereign/spec/load-spec.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { WorldIdentity } from '../../sovereign/world-identity.js';
import type { Clock } from '../../support/clock.js';
import type { Redactor } from '../../support/redact/redact.js';
import type { OpenGate } from '../../world/gate/gate.js';
import type { World } from '../../world/world.js';

/** Data goes to stdout (text mode only), the rest to stderr; all of it is redacted. */
export interface Output {
  /** Data. With `--json` it is dropped: the returned result is the data. */
  print(text: string): void;
  /** News for the person, on stderr. */
  note(text: string): void;
  /** Shown on stderr and kept in `warnings` of the JSON document. */
  warn(text: string): void;
  /**
   * A secret that a person asked to see. It goes to a terminal or nowhere: with `--json`, or where stdout is a file or a pipe, E1001 is
   * thrown and nothing is written. Nothing else escapes the redactor.
   */
  reveal(secret: string): void;
  readonly warnings: readonly string[];
}

export interface InSeries {
  /** One of several questions: the way back is shown, and the caller prints the answer in place of the prompt. */
  series?: { back: boolean };
}

export interface Prompter {
  /** False without a terminal, with --no-input or with --json: then nothing may be asked (E1002 names the flag). */
  readonly available: boolean;
  text(
    question: { message: string; default?: string; check?: (answer: string) => string | true } & InSeries,
  ): Promise<string>;
  secret(question: { message: string; check?: (answer: string) => string | true } & InSeries): Promise<string>;
  choose<T extends string>(
    question: {
      message: string;
      choices: readonly { value: T; name: string; description?: string; disabled?: boolean | string }[];
      default?: T;
    } & InSeries,
  ): Promise<T>;
  confirm(question: { message: string; default: boolean }): Promise<boolean>;
}

/** What only the command knows of how it ended; the summary adds what its run has shown. */
export interface Ending {
  /** What was done, a fragment: "phase 3 Data + State". */
  about?: string;
  verdict?: string;
  /** Paths of the HTML report and the signed bundle. */
  report?: string;
  bundle?: string;
  /** What to type next. */
  next?: readonly string[];
  /** True when nothing is left of the Sovereign: it has no addresses and costs nothing. */
  wiped?: boolean;
}

export interface ContextOptions {
  json: boolean;
  dryRun: boolean;
  yes: boolean;
  verbose: boolean;
  /** Milliseconds, when --timeout was given. */
  timeoutMs?: number;
  /** Name of the lab that is used. */
  lab?: string;
}

export interface Context {
  readonly clock: Clock;
  /** Aborted by the first ^C. */
  readonly signal: AbortSignal;
  readonly redactor: Redactor;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly runId: string;
  /** user@host, for the journal. */
  readonly by: string;
  /** Folder of package.json: templates/, schema/. */
  readonly root: string;
  readonly options: ContextOptions;
  readonly output: Output;
  /** Said once, before the command ends well: the summary is printed from it when the screen is closed. */
  ending(ending: Ending): void;
  readonly prompter: Prompter;
  /** The runner's events; a renderer fit for the terminal is opened at the first one. */
  readonly emit: Emit;
  /** sovereign.yaml by --spec, --sovereign, --lab or ./sovereign.yaml. Throws E1101, E1102. */
  spec(): Promise<LoadedSpec>;
  /** Takes a spec that was just written (wizard, init) for the rest of the invocation. */
  useSpec(loaded: LoadedSpec): void;
  /** Path of the spec that flags or the lab name; undefined when they say nothing (then ./sovereign.yaml). */
  specPath(): Promise<string | undefined>;
  /** Path of the lab's sovereign.yaml, with --lab. */
  labSpec(): Promise<string | undefined>;
  /** The lab's own keys by credential name, with --lab. */
  labCredentials(): Promise<Readonly<Record<string, string>> | undefined>;
  /** <state-dir>/<fqdn>, made with mode 0700. */
  stateDir(): Promise<string>;
  credentials(): Promise<CredentialStore>;
  /** The store of a Sovereign whose spec is not complete yet. */
  credentialsOf(fqdn: string): Promise<CredentialStore>;
  /** The public key (SPKI PEM) that evidence of a Sovereign is signed with here; undefined where nothing of it is on this machine. */
  evidenceKeyOf(fqdn: string): Promise<string | undefined>;
  /** Where the state of a Sovereign is on this machine; undefined where nothing of it is. */
  existingStateDir(fqdn: string): string | undefined;
  /**
   * The journal of this Sovereign, open for this command alone until it ends (E1202, E1203 when another run has it). Everything
   * that mutates. It is bound to the FQDN and, once `world` answers it, to that; throws E4030 when it belongs to another.
   */
  journal(world?: () => Promise<WorldIdentity | undefined>): Promise<Journal>;
  /**
   * For what is on this machine, the journal and labs included: true in a dry-run, after saying what would be done ("keep …"). What
   * is outside goes through the gate, which has a dry-run of its own.
   */
  would(deed: string): boolean;
  /** The 24, read once. */
  blueprints(): Promise<readonly Blueprint[]>;
  /** The adapters; needs a spec. */
  world(): Promise<World>;
  /** The gate to the systems of that world; needs a spec. */
  gate(): Promise<OpenGate>;
  /** The same invocation for another Sovereign, with a state folder, a journal and a run of its own, until it is closed. */
  another(loaded: LoadedSpec): Context & { close(): Promise<void> };
  /** Adapters for a spec that is still being answered; `secrets` by credential name go before the store's. */
  draftWorld(sovereign: Sovereign, secrets: Readonly<Record<string, string>>): Promise<World>;
  /** Contexts of the kubeconfig by which the mother would be reached: by a flag, else `file`, else the ambient one. */
  motherContexts(file?: string): Promise<readonly string[]>;
  /**
   * Destroying: passes when `confirm` (--confirm) is the FQDN; else asks for it to be typed; without a terminal throws E4006.
   * In a lab nothing is asked: nothing but the lab is touched.
   */
  confirmByName(options: { what: string; confirm?: string; lab?: boolean }): Promise<void>;
  /**
   * For a run whose steps ask by themselves before what cannot be undone: the answer is `confirm`, or is typed when a step
   * asks. Throws E4006 now for a wrong `confirm`, and where nobody could answer later.
   */
  confirmInRun(options: { what: string; confirm?: string; lab?: boolean }): Promise<Confirm>;
  /** A question on the way ("Start?"): true with --yes; without a terminal E1002 naming --yes. */
  confirmStart(message: string): Promise<boolean>;
}
