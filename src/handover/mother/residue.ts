import type { Mutation } from '../../engine/mutation.js';
import { openMotherDns } from '../../mother/mother-dns.js';
import { scanResidue } from '../../scans/residue.js';
import type { ScanResult } from '../../scans/scan.js';
import type { Act, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { jobMutation, takeInventory } from '../handover.js';
import { type HandoverRecord, hasReached, placesOf } from '../record.js';
import { holdMother, leaseMutation } from './hold-mother.js';
import { knownIds } from './known-ids.js';

/** Plan of `residueOf`. */
export const residueMutations = (world: World): Mutation[] => [leaseMutation(world), jobMutation(world, 'inventory')];

type Known = Pick<HandoverRecord, 'ids' | 'stoppedAt' | 'erasedAt' | 'state'>;

/**
 * The residue scan with the Job that reads the claim, while it holds the mother: another run may be erasing what is looked at. Before
 * DECOMMISSIONED the handover's own record counts as accepted. Throws E5021 or E5022 (exit 9) when the mother is not free.
 */
export function residueOf(world: World, context: StepContext, record: Known): Promise<ScanResult> {
  return holdMother(world, context, ({ act }) => scan(world, act, record));
}

async function scan(world: World, act: Act, record: Known): Promise<ScanResult> {
  const ids = knownIds(world, record);
  const result = await scanResidue(world, {
    inventory: () => takeInventory(world, act, ids),
    dns: () => openMotherDns(world),
    ids,
    runId: world.runId,
    ...(record.stoppedAt ? { stoppedAt: record.stoppedAt } : {}),
    ...(record.erasedAt ? { erasedAt: record.erasedAt } : {}),
  });
  const { ref } = placesOf(world).find((place) => place.system === 'mother')!;
  const own = `ConfigMap ${ref.namespace}/${ref.name}`;
  const gone = record.state !== undefined && hasReached(record as HandoverRecord, 'DECOMMISSIONED');
  const findings = result.findings.map((finding) =>
    finding.id === own && !gone
      ? { ...finding, accepted: 'the state of the handover itself; it goes with the last step' }
      : finding,
  );
  return { ...result, findings };
}
