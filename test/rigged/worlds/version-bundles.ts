/** Bundles that claim to be of another version, the first of a Sovereign, or of a slower rehearsal, so that less is asked of them. */
import { fail, type RiggedWorld, type Row, worldsOn } from '../rigged-world.js';
import { type BundleWorld, onBundles } from '../stages/bundles.js';
import { all, byOtherVersion, evidence, journal, reasoned, report, withoutStep } from '../stages/forgeries.js';

type Forged = Omit<Row<BundleWorld>, 'item' | 'expected'> & { refused: RegExp };

/** #372 took an hour. */
const slow = journal((lines) => {
  const end = lines.findIndex((line) => line.includes('"proof"') && line.includes('"#372"'));
  return lines.map((line, index) => (index < end ? line.replace('T10:00:00.000Z', 'T09:00:00.000Z') : line));
});

const rows: Forged[] = [
  {
    id: 'bundle-estimates-of-other-version',
    gap: 'the estimates of a bundle that another version wrote',
    rigged: 'a step took an hour; the statement names another version, and the bundle estimates an hour',
    refused: /D19 is stated as pass, but its raw data gives fail: #372 took 1h/,
    rig: all(
      byOtherVersion,
      slow,
      evidence('D19', ({ estimates }) => {
        estimates.steps['#372'].seconds = 3600;
      }),
    ),
  },
  {
    id: 'bundle-world-of-estimates',
    gap: 'the world whose estimates count, of a bundle that another version wrote',
    rigged: 'a lab is compared with the estimates of Hetzner; the statement names another version',
    refused: /its steps are compared with those of another world \(hetzner\)/,
    rig: all(
      byOtherVersion,
      evidence('D19', (seen) => {
        seen.kind = 'hetzner';
      }),
    ),
  },
  {
    id: 'bundle-step-of-other-version',
    gap: 'the steps without a ticket of a bundle that another version wrote',
    rigged: 'a step without a ticket was left out; the statement names another version',
    refused: /does not have step bp-cilium in phase \d, which catalyst\/0\.1\.0 has: verify it with catalyst\/0\.0\.9/,
    rig: all(byOtherVersion, withoutStep('bp-cilium')),
  },
  {
    id: 'bundle-blockers-of-other-version',
    gap: 'what stands against the next grade, in a bundle that another version wrote',
    rigged: 'nothing is stated against L2, which no window has tried; the statement names another version',
    refused: /what it states against the next grade, or as accepted/,
    rig: all(
      byOtherVersion,
      report((one) => {
        one.blockers = [];
      }),
    ),
  },
  {
    id: 'bundle-rehearsed-slower',
    gap: "D19 against the rehearsal's own journal",
    rigged: 'a step took an hour, and the bundle says that it took as long in the rehearsal',
    refused: /it states a duration of #372 in the rehearsal that the rehearsal's journal does not have/,
    rig: all(
      slow,
      evidence('D19', (seen) => {
        seen.rehearsed = { '#372': { durations: [3_600_000], waits: [] } };
      }),
    ),
  },
  {
    id: 'bundle-first-of-two',
    gap: 'a verdict before it that its journal knows',
    rigged: 'its journal has an earlier verdict, and the statement names none before it',
    refused: /it names no previous verdict, but its journal contains the one of 2026-11-22T10:00:00\.000Z/,
    rig: all(
      journal((lines) => {
        const last = lines.findIndex((line) => line.includes('"run-finished"'));
        const earlier = JSON.stringify({ ...JSON.parse(lines[last - 1]!), step: 'dod' });
        return [...lines.slice(0, last), earlier, ...lines.slice(last)];
      }),
      report((one) => {
        one.journalLines += 1;
      }),
    ),
  },
];

/** Of these the forger leaves the reasons to catalyst: they are compared. */
const sameVersion = ['bundle-rehearsed-slower', 'bundle-first-of-two'];

export const worlds: readonly RiggedWorld[] = worldsOn(
  onBundles,
  rows.map(({ refused, rig, ...row }) => ({
    ...row,
    item: 'bundle',
    expected: fail(refused),
    rig: async (world) => {
      rig(world);
      if (sameVersion.includes(row.id)) await reasoned(world);
    },
  })),
);
