import { expect, it } from 'vitest';
import { explain } from '../../../src/actions/explain.js';
import { handoverStates } from '../../../src/handover/record.js';
import { glossary } from '../../../src/sovereign/glossary.js';
import { errorCodes } from '../../../src/support/errors/error-codes.js';
import { checklist } from '../../../src/verification/dod/checklist.js';
import { blueprintOf, phases, tickets, unticketed } from '../../../src/walk/wbs.js';

const blueprint = {
  ...{ name: 'bp-harbor', title: 'Harbor', role: 'registry', phase: 4, ticket: '#383', namespace: 'harbor' },
  ...{ chart: { source: 's', name: 'harbor', version: '1' }, dependsOn: [], proof: 'a push' },
};
const about = (topic: string) => explain(topic, async () => [blueprint]);

it.each([
  ...checklist.map(({ id }) => [id, 'item']),
  ...Object.keys(errorCodes).map((code) => [code, 'error']),
  ...tickets.map(({ id }) => [id, 'ticket']),
  ...unticketed.filter(({ id }) => !id.startsWith('bp-') && id !== 'dod').map(({ id }) => [id, 'ticket']),
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

it.each(checklist.map(({ id }) => id))('%s: what is checked, what makes it fail, what to type', async (id) => {
  const { facts } = await about(id.toLowerCase());
  expect(facts.checked?.length).toBeGreaterThan(40);
  expect(facts['fails on']?.length).toBeGreaterThan(5);
  expect(facts['check again']).toMatch(/^catalyst /);
});

it.each([...tickets, ...unticketed].map(({ id }) => id).filter((id) => id !== 'dod'))(
  '%s: what proves it, and how to take that proof again',
  async (id) => {
    const bp = blueprintOf(id) ?? id;
    const { facts } = await explain(id, async () => [{ ...blueprint, name: bp, proof: 'what is seen' }]);
    expect(facts['proven by']?.length).toBeGreaterThan(5);
    expect(facts['prove again']).toMatch(/^catalyst ticket run \S+ --fresh$/);
  },
);

/** What summary, status, verdict, round and handover print beside ids. */
it.each([
  ...['PASS', 'FAIL', 'PARTIAL', 'INVALID', 'not checked', 'left out', 'emulated', 'not in this world'],
  ...['CLEAN', 'ALERT', 'INCOMPLETE', 'tether', ...handoverStates, 'L1', 'L2', 'L3', 'witness', 'baseline'],
  ...['rendered', 'verified', 'integrated', 'DoD-met', 'done', 'failed', 'interrupted', 'blocked', 'in flight'],
])('%s is a word that is explained', async (word) => {
  expect((await about(word)).kind).toBe('term');
});

it('VERIFIED is a state of the handover, verified a level', async () => {
  expect([(await about('VERIFIED')).topic, (await about('verified')).topic]).toEqual(['handover state', 'level']);
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
