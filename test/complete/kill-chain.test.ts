/** Killed at every entry of the journal of every command that changes much, in four ways, all ends as if nobody had killed anything. */
import { describe, expect, test } from 'vitest';
import { killStory, stories, type Told } from '../lab/kill-stories.js';

/** Once for all ways. */
const undisturbed = new Map<string, Promise<Told[]>>();
function asItIs(name: string): Promise<Told[]> {
  const told = undisturbed.get(name) ?? killStory(stories[name]!, { ways: [], hit: new Set() });
  undisturbed.set(name, told);
  return told;
}

// The three stories of a way are meant to take 40 minutes together, on a machine that does nothing else.
describe.each(['KILL', 'HUP', 'TERM', 'PIPE'] as const)('%s at every entry', (way) => {
  test.each(Object.keys(stories))('%s', async (name) => {
    const expected = await asItIs(name);
    const all = new Set(expected.flatMap(({ seen }) => [...seen]));
    const hit = new Set<string>();
    const missed = () => [...all].filter((key) => !hit.has(key));
    const say = (text: string) => process.stdout.write(`${way}, ${name}, ${text}\n`);
    // What is made at once with the change that a run died at is passed by; the next lab dies there.
    for (let before = -1, round = 1; missed().length > 0 && hit.size > before; round++) {
      before = hit.size;
      const told = await killStory(stories[name]!, { ways: [way], hit }, ({ chain, kills, resumes, minutes }) =>
        say(`round ${round}, ${chain}: ${kills} kills, ${resumes} calls on or back, ${minutes.toFixed(1)} minutes`),
      );
      for (const [index, { chain, left }] of told.entries()) expect(left, chain).toEqual(expected[index]!.left);
    }
    say(`${all.size - missed().length} of ${all.size} entries`);
    expect(missed(), 'entries that no run died at').toEqual([]);
  });
});
