import { expect, it } from 'vitest';
import { explain } from '../../../src/actions/explain.js';
import { glossary } from '../../../src/sovereign/glossary.js';
import { errorCodes } from '../../../src/support/errors/error-codes.js';
import { checklist } from '../../../src/verification/dod/checklist.js';
import { phases, tickets } from '../../../src/walk/wbs.js';

const blueprint = {
  ...{ name: 'bp-harbor', title: 'Harbor', role: 'registry', phase: 4, ticket: '#383', namespace: 'harbor' },
  ...{ chart: { source: 's', name: 'harbor', version: '1' }, dependsOn: [], proof: 'a push' },
};
const about = (topic: string) => explain(topic, async () => [blueprint]);

it.each([
  ...checklist.map(({ id }) => [id, 'item']),
  ...Object.keys(errorCodes).map((code) => [code, 'error']),
  ...tickets.map(({ id }) => [id, 'ticket']),
  ...phases.map(({ id }) => [`phase ${id}`, 'phase']),
  ...Object.keys(glossary).map((term) => [term, 'term']),
  ['harbor', 'blueprint'],
  ['bp-harbor', 'blueprint'],
  ['Sovereigns', 'term'],
])('%s is explained, as %s', async (topic, kind) => {
  const found = await about(topic);
  expect(found.kind).toBe(kind);
  expect(found.text.join(' ').length).toBeGreaterThan(20);
});

it('an error says what to try, a phase that its days are an estimate of work', async () => {
  expect((await about('E6003')).facts['then try']).toBeTruthy();
  expect((await about('phase 3')).facts).toHaveProperty(
    'estimate of the WBS',
    expect.stringContaining("person's work"),
  );
});

it('a name that is none leads to the nearest', async () => {
  await expect(about('umbilcal')).rejects.toMatchObject({
    actions: ['catalyst explain umbilical', 'catalyst explain'],
  });
});
