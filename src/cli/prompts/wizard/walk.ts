import { showLeftovers } from './looks.js';
import type { Question } from './question.js';

/** What is decided for the walk and stands in no spec. */
export const walkQuestions: readonly Question[] = [
  {
    id: 'purge',
    kind: 'choice',
    message: 'Leftovers in the Hetzner project',
    short: 'Leftovers at Hetzner',
    help: 'what to do with leftovers in the Hetzner project (#370)',
    variable: 'CATALYST_PURGE',
    options: ['plan', 'apply', 'skip'],
    initial: () => 'apply',
    show: showLeftovers,
    choices: async () => [
      { value: 'apply', name: 'apply  delete what the plan of #370 selects, after a confirmation' },
      { value: 'plan', name: 'plan   only show what #370 would delete' },
      { value: 'skip', name: 'skip   leave them; phase 8 then requires that #370 is already proven' },
    ],
  },
];
