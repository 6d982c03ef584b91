import { totalmem } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Stories in which a Sovereign must not notice that its mother is dead: what runs beside them must not be felt, so it gives way to them
 * (`test/aside.ts`) and takes the processors that they leave idle, which is most of an outage.
 */
const outages = ['test/lab/{pass,walk}.test.ts'];
const outageOnEngines = ['test/engines/walk.test.ts'];
/** The long stories begin first, in this order; all else where a worker is free. */
const first = [
  'lab/pass',
  'lab/walk',
  'engines/walk',
  'engines/faults',
  'engines/existing',
  'engines/conformance/conformance',
];

class LongStoriesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = first.findIndex((story) => moduleId.endsWith(`/test/${story}.test.ts`));
      return found < 0 ? first.length : found;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

const aside = ['test/aside.ts'];
/** The lab names the product's files by its package; tests take both from the sources. */
const resolve = {
  alias: [{ find: /^catalyst\/(.*)\.js$/, replacement: `${import.meta.dirname}/src/$1.ts` }],
};
/** Stories mostly wait, unit tests compute: a worker more than there are processors keeps a small machine busy. */
const firstTier = { maxWorkers: 3, sequence: { groupOrder: 1 } };
/** As many, where there is memory: a lab on real engines takes some 4.5 GB. */
const engines = {
  testTimeout: 900_000,
  hookTimeout: 300_000,
  maxWorkers: totalmem() > 16 * 2 ** 30 ? 3 : 2,
  sequence: { groupOrder: 2 },
};

/** Branches in percent that fast tests must reach (`npm run coverage`), where a mistake deletes or claims what is not so. */
const reached = {
  'src/actions/**': 80,
  'src/handover/**': 80,
  'src/mother/**': 80,
  'src/verification/**': 80,
  'src/{world/gate/*,engine/{gate,journaled-gate}}.ts': 95,
  'src/{world/journal/*,engine/journal*}.ts': 95,
  'src/sovereign/state/{lock,lease,process-identity}.ts': 95,
  'src/hetzner/purge/select/**': 95,
};

export default defineConfig({
  test: {
    disableConsoleIntercept: true,
    globalSetup: 'test/temporary-folder.ts',
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text-summary', 'html'],
      reportOnFailure: true,
      thresholds: Object.fromEntries(Object.entries(reached).map(([files, branches]) => [files, { branches }])),
    },
    sequence: { sequencer: LongStoriesFirst },
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['test/{unit,contract,golden}/**/*.test.ts', 'lab/test/**/*.test.ts'],
          setupFiles: aside,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          ...firstTier,
        },
      },
      {
        // Rigged worlds that the verdict must not be fooled by.
        resolve,
        test: { name: 'rigged', include: ['test/rigged/**/*.test.ts'], testTimeout: 60_000, ...firstTier },
      },
      {
        // Each story has a lab, a state directory and ports of its own.
        resolve,
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          exclude: outages,
          setupFiles: aside,
          testTimeout: 400_000,
          hookTimeout: 120_000,
          ...firstTier,
        },
      },
      {
        resolve,
        test: { name: 'lab-outages', include: outages, testTimeout: 600_000, hookTimeout: 120_000, ...firstTier },
      },
      // The same on servers that we did not write (docs/engines.md).
      {
        resolve,
        test: {
          name: 'engines',
          include: ['test/engines/**/*.test.ts'],
          exclude: outageOnEngines,
          setupFiles: aside,
          ...engines,
        },
      },
      // Servers that boot in namespaces of this machine (docs/machines.md).
      {
        resolve,
        test: {
          name: 'machines',
          include: ['test/machines/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        // What does not fit into every run (`npm run test:complete`).
        resolve,
        test: {
          name: 'complete',
          include: ['test/complete/**/*.test.ts', 'test/unit/fuzz/{evidence,*-responses}.test.ts'],
          env: { CATALYST_CASES: '10000' },
          testTimeout: 10_800_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      { resolve, test: { name: 'engines-outages', include: outageOnEngines, ...engines } },
    ],
  },
});
