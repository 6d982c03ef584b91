/** Questions are data: flags, environment, spec, prompts, going back and editing all come from the one list. */
import type { HetznerApi } from '../../hetzner/api.js';

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
}

export interface Question {
  /** Also the flag: `--<id>`, unless it is a secret. */
  id: string;
  /** `text` and `choice` go to the spec or the decisions, `secret` to the credential store. */
  kind: 'text' | 'choice' | 'secret';
  message: string;
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
  choices?: (answers: Answers, lookUps: LookUps) => Promise<Choice[]>;
  /** Not asked, when another answer settles it. */
  unless?: (answers: Answers) => boolean;
}
