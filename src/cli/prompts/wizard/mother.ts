import { lookAtMother } from './looks.js';
import { type Question, typed } from './question.js';

/** How the mother cluster is reached. Its kubeconfig has a shared flag, --mother-kubeconfig. */
export const motherQuestions: readonly Question[] = [
  {
    id: 'mother-context',
    kind: 'choice',
    message: 'kubeconfig context of the mother cluster',
    help: 'kubeconfig context of the mother cluster',
    variable: 'CATALYST_MOTHER_CONTEXT',
    path: 'spec.mother.context',
    optional: true,
    async choices(_answers, lookUps) {
      const contexts = await lookUps.motherContexts();
      if (contexts.length === 0) return [];
      return [
        { value: '', name: 'the one its kubeconfig names' },
        ...contexts.map((name) => ({ value: name, name })),
        { value: typed, name: 'another' },
      ];
    },
    look: lookAtMother,
  },
];
