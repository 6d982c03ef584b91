/** What a black start changes, for plans. */
import type { Mutation } from '../../engine/mutation.js';
import { probeJobMutations } from '../../walk/probes/probe-job.js';
import { sealStatus } from '../../walk/proofs/security/unseals-alone.js';
import type { World } from '../../world/world.js';
import { canaryProbeMutations } from '../experiment/egress/canaries.js';
import { egressMutations } from '../experiment/egress-life.js';
import { reconcileMutation } from '../experiment/exercises.js';
import { confirmClause } from './black-start.js';
import { ownServers, powerMutation } from './servers.js';

/** None of them where Hetzner cannot be asked which servers there are: nothing is powered off then either. */
export async function blackStartMutations(world: World, lab: boolean): Promise<Mutation[]> {
  const servers = await ownServers(world).catch(() => []);
  const confirm = lab ? {} : { confirm: confirmClause(world.sovereign.spec.fqdn) };
  const names = servers.map(({ name }) => String(name));
  return [
    ...probeJobMutations(sealStatus),
    ...canaryProbeMutations,
    ...names.map((name) => ({ ...powerMutation(name, 'off'), ...confirm })),
    ...names.map((name) => powerMutation(name, 'on')),
    ...egressMutations,
    reconcileMutation,
  ];
}
