import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { lookAtMother } from './looks.js';
import { type Question, typed } from './question.js';

/** How the mother cluster is reached. The shared flag --mother-kubeconfig answers the first. */
export const motherQuestions: readonly Question[] = [
  {
    id: 'mother-kubeconfig',
    kind: 'text',
    message:
      'kubeconfig file of the mother cluster (empty: KUBECONFIG or ~/.kube/config, with the context from the next question)',
    help: 'kubeconfig of the mother cluster',
    variable: 'CATALYST_MOTHER_KUBECONFIG',
    path: 'spec.mother.kubeconfig',
    optional: true,
    empty: 'KUBECONFIG or ~/.kube/config',
    initial: () => '',
    check: (answer) => existsSync(answer.replace(/^~(?=\/)/, homedir())) || 'There is no such file.',
  },
  {
    id: 'mother-context',
    kind: 'choice',
    message: 'kubeconfig context of the mother cluster',
    help: 'kubeconfig context of the mother cluster',
    variable: 'CATALYST_MOTHER_CONTEXT',
    path: 'spec.mother.context',
    optional: true,
    empty: 'the current context of that file',
    async choices(answers, lookUps) {
      const contexts = await lookUps.motherContexts(answers['mother-kubeconfig'] || undefined);
      if (contexts.length === 0) return [];
      return [
        { value: '', name: 'the current context of that file' },
        ...contexts.map((name) => ({ value: name, name })),
        { value: typed, name: 'another context, which you type' },
      ];
    },
    look: lookAtMother,
  },
];
