import { readPowerDns } from '../mother/powerdns.js';
import type { Act } from '../phases/gate.js';
import type { World } from '../phases/world.js';
import type { ScanResult } from '../verify/look.js';
import { scanResidue } from '../verify/residue.js';
import { motherDns } from './erase.js';
import { takeInventory } from './handover.js';
import { type HandoverRecord, hasReached, placesOf } from './record.js';

/** The residue scan with the Job that reads the claim. Before DECOMMISSIONED the handover's own record counts as accepted. */
export async function residueOf(
  world: World,
  act: Act,
  record: Pick<HandoverRecord, 'ids' | 'stoppedAt' | 'state'>,
): Promise<ScanResult> {
  const scan = await scanResidue(world, {
    inventory: () => takeInventory(world, act, record.ids),
    dns: async () => readPowerDns(world.http, await motherDns(world)),
    ids: record.ids,
    stoppedAt: record.stoppedAt,
  });
  const { ref } = placesOf(world).find((place) => place.system === 'mother')!;
  const own = `ConfigMap ${ref.namespace}/${ref.name}`;
  const gone = record.state !== undefined && hasReached(record as HandoverRecord, 'DECOMMISSIONED');
  const findings = scan.findings.map((finding) =>
    finding.id === own && !gone
      ? { ...finding, accepted: 'the state of the handover itself; it goes with the last step' }
      : finding,
  );
  return { ...scan, findings };
}
