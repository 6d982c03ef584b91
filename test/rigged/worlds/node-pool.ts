/** D13 and W10: a NodePool is really added and removed. */
import { fail, notChecked, worldsOn } from '../rigged-world.js';
import { onNodePool } from '../stages/node-pool.js';

export const worlds = worldsOn(onNodePool, [
  {
    ...{ id: 'pool-not-asked', item: 'D13', gap: 'nobody agreed to spend' },
    rigged: 'a real Sovereign, and nobody allowed what costs money',
    expected: notChecked(/adding a NodePool costs money.*verify dod --spend/),
    rig: ({ scope }) => Object.assign(scope.options, { spend: false }),
  },
  {
    ...{ id: 'pool-not-made', item: 'D13', gap: 'a claim that is admitted counts as one that is reconciled' },
    rigged: 'Crossplane takes the claim, and its provider makes nothing',
    expected: fail(/its server is being made/),
    rig: ({ acts }) => Object.assign(acts, { reports: false, creates: false }),
  },
  {
    ...{ id: 'pool-only-reported', item: 'D13', gap: 'Ready without a server at Hetzner' },
    rigged: 'the claim is Ready with an address, and the project has no such server',
    expected: fail(/a new server of the Sovereign at 203\.0\.113\.77 in the project/),
    rig: ({ acts }) => Object.assign(acts, { creates: false }),
  },
  {
    ...{ id: 'pool-stays', item: 'D13', gap: 'removed in the cluster, not at Hetzner' },
    rigged: 'the claim goes, its server stays and costs',
    expected: fail(/no server of the pool once its claim has gone; seen: probe-pool-1/),
    rig: ({ acts }) => Object.assign(acts, { removes: false }),
  },
]);
