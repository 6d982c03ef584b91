/** Questions are data: flags, environment, spec, prompts, going back and editing all come from the one list. */
import type { HetznerApi } from '../../../hetzner/api/api.js';
import type { World } from '../../../world/world.js';

export type Answers = Readonly<Record<string, string>>;
export type Source = 'flag' | 'environment' | 'spec' | 'lab' | 'store' | 'default' | 'asked';

export interface Choice {
  value: string;
  name: string;
  disabled?: string;
}

/** What a question may look up while it is asked; undefined when it cannot be had. */
export interface LookUps {
  hetzner(): Promise<HetznerApi | undefined>;
  /** The adapters for the answers so far, defaults in place of those that are still to come; undefined when they make no spec. */
  world(answers: Answers): Promise<World | undefined>;
  /** Contexts of the kubeconfig by which the mother would be reached. */
  motherContexts(kubeconfig?: string): Promise<readonly string[]>;
  /** Public keys of the SSH agent and of ~/.ssh. */
  publicKeys(): Promise<readonly { from: string; line: string }[]>;
}

/** Value of the choice after which the answer is typed. */
export const typed = '…';

export interface Question {
  /** Also the flag: `--<id>`, unless it is a secret. */
  id: string;
  /** `text` and `choice` go to the spec or the decisions, `secret` to the credential store. */
  kind: 'text' | 'choice' | 'secret';
  message: string;
  /** Its name in the review, of at most 26 letters, where the message without its brackets is longer. */
  short?: string;
  /** For --help. */
  help: string;
  /** Environment variable. */
  variable: string;
  /** Where in the spec the answer stands: `spec.hetzner.location`. */
  path?: string;
  /** The answer is a whole number in the spec. */
  number?: boolean;
  optional?: boolean;
  options?: readonly string[];
  initial?: (answers: Answers) => string | undefined;
  /** Why an answer cannot be, or true. */
  check?: (answer: string, answers: Answers) => string | true;
  /** An empty list: the answer is typed. */
  choices?: (answers: Answers, lookUps: LookUps) => Promise<Choice[]>;
  /** What is shown before the question. */
  show?: (world: World) => Promise<string>;
  /** Tries the answer by reading: what was seen; empty for nothing to tell. Throws when it will not do. */
  look?: (world: World, answers: Answers) => Promise<string>;
  /** What to do when `look` throws: what can be typed here or pasted into a shell. */
  remedies?: (answers: Answers, lookUps: LookUps) => Promise<readonly string[]>;
  /** Asked again with this one when the two are refused. */
  pairedWith?: string;
  /** What an empty answer means. */
  empty?: string;
  /** Not asked, when another answer settles it. */
  unless?: (answers: Answers) => boolean;
}
