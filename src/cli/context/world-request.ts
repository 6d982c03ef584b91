/** What a world is built from. */
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import type { CredentialStore } from '../../sovereign/credentials/credential-store.js';
import type { LabMark } from '../../sovereign/lab-mark.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { Clock } from '../../support/clock.js';
import type { Redactor } from '../../support/redact/redact.js';
import type { World } from '../../world/world.js';

export interface WorldRequest {
  sovereign: Sovereign;
  stateDir: string;
  credentials: CredentialStore;
  /** Kubeconfig file of the Sovereign, when one was given. */
  kubeconfig?: string;
  motherKubeconfig?: string;
  /** Paths of helm and kubectl, when given by flag. */
  tools?: { helm?: string; kubectl?: string };
  /** The lab named by --lab: everything must be of it. */
  labMark?: LabMark;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  redactor: Redactor;
  blueprints: readonly Blueprint[];
  runId: string;
  signal: AbortSignal;
  undoSignal: AbortSignal;
  evidenceKeyOf: World['evidenceKeyOf'];
  /** Called before each change; throws to prevent it. */
  onChange: () => void;
  warn: (text: string) => void;
  /** In a dry-run: is given what each change would be, and none is made. */
  describe?: (sentence: string) => void;
}
