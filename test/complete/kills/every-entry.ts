/** Killed at every entry of the journal of every command that changes much, in four ways, all ends as if nobody had killed anything. */
import { describe, expect, test } from 'vitest';
import { killStory, stories, type Told } from '../../lab/kill-stories.js';

/**
 * The tests of one story, each way of a kill one. A file for each story, so that they run side by side; those of one way are meant to take
 * 40 minutes together, on a machine that does nothing else.
 */
export function atEveryEntry(name: keyof typeof stories): void {
  // Once for all ways.
  let undisturbed: Promise<Told[]> | undefined;
  describe(name, () => {
    test.each(['KILL', 'HUP', 'TERM', 'PIPE'] as const)('%s at every entry', async (way) => {
      undisturbed ??= killStory(stories[name], { ways: [], hit: new Set() });
      const expected = await undisturbed;
      const all = new Set(expected.flatMap(({ seen }) => [...seen]));
      const hit = new Set<string>();
      const missed = () => [...all].filter((key) => !hit.has(key));
      const say = (text: string) => process.stdout.write(`${way}, ${name}, ${text}\n`);
      // What is made at once with the change that a run died at is passed by; the next lab dies there.
      for (let before = -1, round = 1; missed().length > 0 && hit.size > before; round++) {
        before = hit.size;
        const ends = expected.values();
        await killStory(stories[name], { ways: [way], hit }, ({ chain, kills, resumes, minutes, left }) => {
          say(`round ${round}, ${chain}: ${kills} kills, ${resumes} calls on or back, ${minutes.toFixed(1)} minutes`);
          // At once, while whoever looks for the cause has the last kill before their eyes.
          expect(left, chain).toEqual(ends.next().value!.left);
        });
      }
      say(`${all.size - missed().length} of ${all.size} entries`);
      expect(missed(), 'entries that no run died at').toEqual([]);
    });
  });
}
