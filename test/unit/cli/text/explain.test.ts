/** An explanation without a Sovereign leads to one whose commands can be pasted. */
import { expect, it } from 'vitest';
import type { Explanation } from '../../../../src/actions/explain.js';
import { explainPage, labHint } from '../../../../src/cli/text/explain.js';
import { layOut } from '../../../../src/cli/text/page.js';
import { plain } from '../../../../src/cli/text/paint.js';

const item: Explanation = {
  ...{ topic: 'D17', kind: 'item', title: 'killed', text: ['word '.repeat(40).trim()], more: [] },
  facts: { checked: 'many words '.repeat(20).trim(), 'check again': 'catalyst verify dod --only D17' },
};

it('names the lab in the command that explains it again, where it has commands that need a world', () => {
  expect(labHint(item)).toMatch(/catalyst explain D17 --lab default$/);
  expect(labHint({ ...item, facts: { type: 'string' } })).toBeUndefined();
});

it('fits into 80 columns, between words', () => {
  const page = layOut(explainPage(item), { columns: 80, paint: plain, clean: (text) => text });
  for (const line of page.split('\n')) expect(line.length).toBeLessThan(80);
  expect(page).toContain('check again  catalyst verify dod --only D17');
});
