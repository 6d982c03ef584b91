/** Killed at forty entries of the journal, spread over walk and handover and in four ways, all ends as when nobody disturbs it. */
import { expect, test } from 'vitest';
import { addReconcilers, decommission, finalize, killStory, type Story, walk } from './kill-stories.js';

const story: Story = async (_, lab) => {
  await addReconcilers(lab);
  return [
    { ...walk('6'), every: 12, most: 18 },
    { ...finalize, every: 3, most: 12 },
    { ...decommission, every: 4, most: 10 },
  ];
};

test('40 kills at entries of the journal: KILL, HUP, TERM and a closed output in turn', async () => {
  const hit = new Set<string>();
  const [undisturbed, killed] = await Promise.all([
    killStory(story, { ways: [], hit: new Set() }),
    killStory(story, { ways: ['KILL', 'HUP', 'TERM', 'PIPE'], hit }),
  ]);
  expect(killed.map(({ kills }) => kills)).toEqual([18, 12, 10]);
  expect(hit.size).toBe(40);
  for (const [index, { chain, left }] of killed.entries()) {
    expect(left, chain).toEqual(undisturbed[index]!.left);
    expect(left, chain).toContain('verify protected exits 0');
    expect(left.filter((line) => /^(mother \w+ \S*catalyst-sovereign-undo|mother Lease|file )/.test(line))).toEqual([]);
  }
}, 900_000);
