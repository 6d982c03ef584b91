import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    disableConsoleIntercept: true,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{unit,contract,golden}/**/*.test.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Stories drive a whole lab and measure outages: they run after the rest, one at a time.
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          testTimeout: 400_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // The same stories on servers that we did not write (docs/engines.md); npm run test:engines runs them.
        test: {
          name: 'engines',
          include: ['test/engines/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
