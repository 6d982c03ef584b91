/** Bundles whose egress windows were forged: a grade that was not denied, a list that is wider, a window that was cut short. */
import { allowedNames, blockSpec } from '../../../src/verification/experiment/egress/block-policy.js';
import type { WindowSeen } from '../../../src/verification/experiment/egress/window.js';
import { fail, type RiggedWorld, type Row, worldsOn } from '../rigged-world.js';
import { type BundleWorld, edit, editItem, onBundles } from '../stages/bundles.js';

type Forged = Omit<Row<BundleWorld>, 'item' | 'expected'> & { refused: RegExp };

const inWindow = (world: BundleWorld, change: (seen: WindowSeen) => unknown) =>
  editItem(world, 'D22', ({ evidence }) => void change((evidence as { windows: WindowSeen[] }).windows[0]!));

/** The policy of a list that the forger has changed. */
function consistent(seen: WindowSeen): void {
  for (const one of seen.onCluster) if (one.policy) one.policy.spec = blockSpec(seen.allowed);
  const listed = allowedNames(seen.allowed, {
    fqdn: 'omantel.omani.works',
    nameServers: ['203.0.113.10'],
    runId: 'run-1',
  });
  seen.names!['catalyst-egress-allow.server'] = listed;
  for (const { names } of seen.onCluster) names['catalyst-egress-allow.server'] = listed;
}

const forged: Forged[] = [
  {
    id: 'bundle-window-relabeled',
    gap: 'a grade that the window did not deny',
    rigged: 'the window denied what L1 denies and says L2, and the verdict claims L2',
    refused: /D22 .* gives (fail|not-checked)/,
    rig(world) {
      inWindow(world, (seen) => {
        seen.grade = 'L2';
      });
      edit(world, 'dod.json', (report) => ({ ...report, grade: 'L2' }));
    },
  },
  {
    id: 'bundle-window-relabeled-beside',
    gap: 'a window of a higher grade put before the honest one',
    rigged: 'a copy of the window of L1 that says L2 stands before it, and the verdict claims L2',
    refused: /its grade is stated as L2, but its raw data gives L1|the reason of D22 is not what its raw data gives/,
    rig(world) {
      editItem(world, 'D22', ({ evidence }) => {
        const { windows } = evidence as { windows: WindowSeen[] };
        windows.unshift({ ...structuredClone(windows[0]!), grade: 'L2' });
      });
      edit(world, 'dod.json', (report) => ({ ...report, grade: 'L2' }));
    },
  },
  {
    id: 'bundle-window-sources-at-l3',
    gap: 'a list that is wider than its grade',
    rigged: 'the window says L3 with all names of OpenOva denied, and still lets a public registry out',
    refused: /D22 .* gives (fail|not-checked)/,
    rig: (world) =>
      inWindow(world, (seen) => {
        seen.grade = 'L3';
        seen.denied.push('openova.io', 'api.dynadot.com', 'dynadot.com');
      }),
  },
  {
    id: 'bundle-list-has-the-mother',
    gap: 'a list that lets the mother out',
    rigged: "the list has the mother's console, as a source",
    refused: /D22 .* gives fail: invalid: a window of L1 does not let out console\.openova\.io/,
    rig: (world) =>
      inWindow(world, (seen) => {
        seen.allowed.push({ as: 'source', host: 'console.openova.io', addresses: ['192.0.2.10'], namedBy: [] });
        consistent(seen);
      }),
  },
  {
    id: 'bundle-list-calls-it-own',
    gap: 'a host that the list calls the Sovereign’s own',
    rigged: 'the list has a foreign host as one of the buckets',
    refused: /a window of L1 does not let out s3\.example/,
    rig: (world) =>
      inWindow(world, (seen) => {
        seen.allowed.push({ as: 'storage', host: 's3.example', addresses: ['192.0.2.77'], namedBy: [] });
        consistent(seen);
      }),
  },
  {
    id: 'bundle-policy-wider',
    gap: 'D22 against the policy as it was on the cluster',
    rigged: 'the policy that was read at the end excepts everything',
    refused: /the policy on the cluster is not the one that was written/,
    rig: (world) =>
      inWindow(world, ({ onCluster }) => {
        // biome-ignore lint/suspicious/noExplicitAny: a forger knows no types
        const { spec } = onCluster.at(-1)!.policy as any;
        spec.egressDeny[0].toCIDRSet[0].except = ['0.0.0.0/0'];
      }),
  },
  {
    id: 'bundle-window-short',
    gap: 'D22 against the length of its window',
    rigged: 'the window lasted a second',
    refused: /a window of 1000 ms is shorter than the 10000 ms of a verification/,
    rig: (world) =>
      inWindow(world, (seen) => {
        seen.windowMs = 1000;
        seen.window!.to = seen.window!.from + 1000;
      }),
  },
  {
    id: 'bundle-no-charts',
    gap: 'D22 without fresh pulls',
    rigged: 'no chart was pulled in the window, and D22 says pass',
    refused: /D22 .* gives fail: invalid: no chart was pulled in the window/,
    rig: (world) =>
      inWindow(world, (seen) => {
        seen.charts = [];
      }),
  },
  {
    id: 'bundle-canaries-thinned',
    gap: 'D22 with canaries that were taken out',
    rigged: 'every canary that must fail was taken out',
    refused: /a Pod reached nothing before the block that the block denies/,
    rig: (world) =>
      inWindow(world, (seen) => {
        seen.fail = [];
      }),
  },
  {
    id: 'bundle-accepted-left-out',
    gap: 'what the verdict says of accepted findings',
    rigged: 'the verdict names an accepted finding that no scan has',
    refused: /or as accepted, is not what its raw data gives/,
    rig: (world) => edit(world, 'dod.json', (report) => ({ ...report, accepted: ['parent zone: kept'] })),
  },
  {
    id: 'bundle-invalid-called-failed',
    gap: 'an experiment that did not work, called a failure',
    rigged: 'the canary answered in the window, and D22 is stated as failed instead of invalid',
    refused: /D22 is not stated as invalid, and its raw data gives the contrary: invalid: a Pod still reaches github/,
    rig(world) {
      inWindow(world, ({ during }) => {
        during!.hosts['github.com']!.reached = true;
      });
      editItem(world, 'D22', (item) => {
        item.status = 'fail';
        item.reason = 'a Pod still reaches github.com although the block is active';
      });
      edit(world, 'dod.json', (report) => ({ ...report, verdict: 'FAIL' }));
      world.predicate.verdict = 'FAIL';
    },
  },
];

export const worlds: readonly RiggedWorld[] = worldsOn(
  onBundles,
  forged.map(({ refused, ...row }) => ({ ...row, item: 'bundle', expected: fail(refused) })),
);
