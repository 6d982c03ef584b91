import type { Question } from './question.js';

/** How the mother cluster is reached. Its kubeconfig has a shared flag, --mother-kubeconfig. */
export const motherQuestions: readonly Question[] = [
  {
    id: 'mother-context',
    kind: 'text',
    message: 'kubeconfig context of the mother cluster (empty: the one its kubeconfig names)',
    help: 'kubeconfig context of the mother cluster',
    variable: 'CATALYST_MOTHER_CONTEXT',
    path: 'spec.mother.context',
    optional: true,
  },
];
