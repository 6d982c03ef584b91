import { defineConfig } from 'vitest/config';

/** Stories in which a Sovereign must not notice that its mother is dead: whatever else runs beside them weighs on what is measured. */
const outages = ['test/lab/{walk,pass}.test.ts'];
/** Stories on real engines that measure no outage: two labs beside each other. */
const twoLabs = ['test/engines/{faults,existing}.test.ts'];
const onEngines = { testTimeout: 900_000, hookTimeout: 300_000 };
/** Stories mostly wait, unit tests compute: a worker more than there are processors keeps a small machine busy. */
const side = 3;

export default defineConfig({
  test: {
    disableConsoleIntercept: true,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{unit,contract,golden}/**/*.test.ts'],
          testTimeout: 120_000,
          maxWorkers: side,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Each story has a lab, a state directory and ports of its own.
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          exclude: outages,
          testTimeout: 400_000,
          hookTimeout: 120_000,
          maxWorkers: side,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // These two run after the rest, beside each other and nothing else.
        test: {
          name: 'lab-outages',
          include: outages,
          testTimeout: 600_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // The same on servers that we did not write (docs/engines.md). The short ones are over before the walk gets to its outages.
        test: {
          name: 'engines',
          include: ['test/engines/**/*.test.ts'],
          exclude: twoLabs,
          ...onEngines,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: { name: 'engines-labs', include: twoLabs, ...onEngines, maxWorkers: 2, sequence: { groupOrder: 4 } },
      },
    ],
  },
});
