/**
 * Mutants: single changes that a grammar makes of a world in which everything passes, by a new seed in each run (CATALYST_SEED repeats one,
 * CATALYST_MUTANTS makes more). Each is judged by the one item that must notice it; what survives is listed, and docs/evidence.md explains
 * what may.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bucketGrammars } from './mutants/buckets.js';
import { leftoverGrammars } from './mutants/leftovers.js';
import { limits } from './mutants/limits.js';
import { type Grammar, type Mutant, survives } from './mutants/mutant.js';
import { nameGrammars } from './mutants/names.js';
import { randomFrom } from './mutants/random.js';
import { releaseGrammars } from './mutants/releases.js';
import { tetherGrammars } from './mutants/tethers.js';
import { onUmbilical, ownGit } from './stages/umbilical.js';

const seed = Number(process.env['CATALYST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const times = Number(process.env['CATALYST_MUTANTS'] ?? 1);

/** Of what, how many, by which grammars. */
const families: readonly [string, number, readonly Grammar[]][] = [
  ['tethers of every kind', 360, tetherGrammars],
  ['leftovers on the mother', 160, leftoverGrammars],
  ['deployed releases', 60, releaseGrammars],
  ['sources, answers of DNS and certificates', 90, nameGrammars],
  ['backups and pushes', 60, bucketGrammars],
];

describe(`mutants (CATALYST_SEED=${seed})`, () => {
  it.each(families)(
    '%s: at least 99 of 100 are noticed, and none passes that nothing explains',
    async (_what, count, grammars) => {
      const random = randomFrom(seed);
      const survivors: Mutant[] = [];
      for (let left = count * times; left > 0; left -= 1) {
        const mutant = await random.pick(grammars)(random);
        if (await survives(mutant)) survivors.push(mutant);
      }
      const told = survivors.map(({ item, change, limit }) => `${item}: ${change} (${limit ?? 'NOT EXPLAINED'})`);
      if (told.length > 0) console.log(`${told.length} of ${count * times} mutants survive:\n${told.join('\n')}`);
      expect(survivors.filter(({ limit }) => limit === undefined).map(({ change }) => change)).toEqual([]);
      expect(survivors.length).toBeLessThanOrEqual((count * times) / 100);
    },
  );
});

const page = readFileSync(new URL('../../docs/evidence.md', import.meta.url), 'utf8');

it.each(Object.entries(limits))('%s is a limit of the scan, which the page explains', async (words, object) => {
  expect(await onUmbilical.judge({ objects: [ownGit(), object], scanning: {} })).toMatchObject({ status: 'pass' });
  expect(page).toContain(`| ${words} |`);
});
