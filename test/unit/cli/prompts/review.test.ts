/** The review on a window of 80 columns: each answer is one line that a person can read. */
import { expect, it } from 'vitest';
import { reviewRows } from '../../../../src/cli/prompts/review.js';
import { wizardQuestions } from '../../../../src/cli/prompts/wizard/questions.js';

const key = `ssh-ed25519 ${'A'.repeat(68)} ops@omantel.om`;
const answers = { 'ssh-public-key': key, fqdn: 'omantel.omani.works', email: 'ops@omantel.om' };

it.each([80, 60])('every line fits into %d columns, with the pointer before it', (columns) => {
  for (const row of reviewRows(wizardQuestions, answers, columns)) expect(row.length + 2).toBeLessThan(columns);
});

it('of a key, its kind and its comment can be read', () => {
  const row = reviewRows(wizardQuestions, answers, 80).find((one) => one.includes('SSH public key'))!;
  expect(row).toMatch(/ssh-ed25519 A+…A* ops@omantel\.om$/);
});

it('a name leaves room for the answer', () => {
  const rows = reviewRows(wizardQuestions, answers, 200);
  expect(Math.max(...rows.map((row) => row.search(/\S {2,}\S/) + 1))).toBeLessThan(31);
  expect(rows.find((row) => row.endsWith('  ops@omantel.om'))).toMatch(/^ {2}E-mail address {2,}/);
});
