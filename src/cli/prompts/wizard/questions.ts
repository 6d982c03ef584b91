import { hetznerQuestions } from './hetzner.js';
import { identityQuestions } from './identity.js';
import { motherQuestions } from './mother.js';
import type { Question } from './question.js';
import { registryQuestions } from './registries.js';
import { storageQuestions } from './storage.js';
import { walkQuestions } from './walk.js';

/** Those of the spec alone, in the order they are asked. */
export const specQuestions: readonly Question[] = [
  ...identityQuestions,
  ...motherQuestions,
  ...hetznerQuestions,
  ...storageQuestions,
  ...registryQuestions,
];

/** Everything the wizard asks. */
export const wizardQuestions: readonly Question[] = [...specQuestions, ...walkQuestions];
