/** What goes to stderr on a terminal: commands as they are typed, once, and lines that go on where they began. */
import { expect, it } from 'vitest';
import { createOutput } from '../../../../src/cli/command/output.js';
import { asTyped } from '../../../../src/cli/text/invocation.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';

function outputOf(columns: number) {
  const written: string[] = [];
  const sink = { write: (text: string) => written.push(text), isTTY: true, columns };
  const typed = (text: string) => asTyped(text, { program: 'npx catalyst', given: { lab: 'x' } });
  const output = createOutput({ json: false, stdout: sink, stderr: sink, redactor: createRedactor(), typed });
  return { output, text: () => written.join('') };
}

it('a command in a warning has its program and its lab once', () => {
  const { output, text } = outputOf(200);
  output.warn('it is there already: catalyst purge plan shows it');
  expect(text()).toBe('! it is there already: npx catalyst purge plan --lab x shows it\n');
  expect(output.warnings).toEqual(['it is there already: npx catalyst purge plan --lab x shows it']);
});

it('what an indented line has no room for is indented further', () => {
  const { output, text } = outputOf(30);
  output.note('head\n  cost  one two three four five six seven');
  expect(text()).toBe('head\n  cost  one two three four\n    five six seven\n');
});
