import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { command } from '../../../support/commands/command.js';
import { lookAtMother } from './looks.js';
import { type Answers, type LookUps, type Question, typed } from './question.js';

/** How the mother cluster is reached. The shared flag --mother-kubeconfig answers the first. */
export const motherQuestions: readonly Question[] = [
  {
    id: 'mother-kubeconfig',
    short: 'kubeconfig of the mother',
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
    short: 'Context of the mother',
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
    remedies: remediesOfMother,
  },
];

/** A kubeconfig that nobody named is read only for a context that somebody did. */
async function remediesOfMother(answers: Answers, lookUps: LookUps): Promise<readonly string[]> {
  const file = answers['mother-kubeconfig'] || undefined;
  const contexts = await lookUps.motherContexts(file).catch(() => []);
  const shown = contexts.find((name) => name !== answers['mother-context']) ?? 'CONTEXT';
  return [
    ...(contexts.length > 0 ? [`choose a context by its name: ${contexts.join(', ')}`] : []),
    'Esc, and then the path of another kubeconfig; or ^C, and one of these:',
    command('wizard', { 'mother-kubeconfig': 'FILE', 'mother-context': shown }),
    `kubectl --kubeconfig ${file ?? 'FILE'} config get-contexts`,
    'the same answer again leaves it to preflight, which checks the mother before anything is changed',
  ];
}
