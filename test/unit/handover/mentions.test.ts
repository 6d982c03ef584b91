/** What only mentions the Sovereign is named and left alone: it stops neither the end of a handover nor a look. */
import { describe, expect, it, vi } from 'vitest';
import type { Context } from '../../../src/actions/session/context.js';
import { requireClean, verifyResidue } from '../../../src/actions/verify/scans.js';
import { noJournal } from '../../../src/engine/dry-run.js';
import { openHandover } from '../../../src/handover/handover.js';
import { residueOf } from '../../../src/handover/mother/residue.js';
import { decommission } from '../../../src/handover/steps/redirect.js';
import { createGate, type GateOptions } from '../../../src/world/gate/gate.js';
import type { Adapters } from '../../../src/world/gate/writers.js';
import { ids, memoryCluster, motherCluster, rig } from './rig.js';

// The clusters of this rig have no protected set to read.
vi.mock('../../../src/actions/session/guard-protected.js', () => ({
  guardProtected: () => ({
    protects: () => undefined,
    prepare: async () => undefined,
    around: <T>(work: () => Promise<T>) => work(),
  }),
}));

const file = 'kubeconfigs/0badc0de.yaml';
const answers = (call: string) => {
  if (call.includes('/pool/')) return { text: '{}' };
  if (call.endsWith('/zones')) return { text: '[]' };
  return /zones|deployments/.test(call) ? { status: 404 } : undefined;
};

async function erased(...rows: string[]) {
  const count = rows.filter((row) => row.startsWith('ours ')).length;
  const inventory = { ids, count, total: rows.length, rows, hash: 'h', inFlight: [] };
  const mother = motherCluster({ inventory: () => inventory });
  const { world, context } = rig(mother, memoryCluster([]), answers);
  const told: string[] = [];
  const progress = { ...context.progress, output: (line: string) => void told.push(line) };
  const handover = await openHandover(world, { ...context, progress });
  handover.record.erasedAt = '2026-11-22T10:00:00Z';
  return { handover, told, mother, world, context };
}

describe('a file that nothing gives to this Sovereign', () => {
  it('is listed by the decommissioning, which does not stop at it; the scan keeps naming it with what to do', async () => {
    const { handover, told, world, context } = await erased(`unknown ${file}`);
    await decommission(handover);
    expect(handover.record.state).toBe('DECOMMISSIONED');
    expect(told.join('\n')).toContain(
      `${file} mentions this Sovereign; read ${file} on the claim and delete it by hand`,
    );
    const scan = await residueOf(world, context, handover.record);
    expect(() => requireClean(scan, 'The mother still holds state')).toThrow(
      expect.objectContaining({ code: 'E6004', actions: expect.arrayContaining([expect.stringContaining(file)]) }),
    );
  });

  it('does not cover for one of its own', async () => {
    const { handover } = await erased(`unknown ${file}`, 'ours deployments/5cd1bceaaacb71f6.json');
    await expect(decommission(handover)).rejects.toMatchObject({ code: 'E5005' });
    expect(handover.record.state).not.toBe('DECOMMISSIONED');
  });
});

it('verify residue --dry-run says which Job it would run, runs none, and finds nothing wrong', async () => {
  const { world, mother } = await erased(`unknown ${file}`);
  const context = {
    options: { dryRun: true },
    // A copy, which promises may ask whether it is one of them.
    world: async () => ({ ...world }),
    gate: async () => (options: Omit<GateOptions, 'adapters'>) =>
      createGate({
        ...options,
        adapters: world as unknown as Adapters,
        dryRun: true,
      }),
    journal: async () => noJournal,
  } as unknown as Context;
  expect(await verifyResidue(context)).toEqual({
    findings: [],
    looked: [],
    mutations: [expect.stringMatching(/^hold the mother/), expect.stringMatching(/^run a short Job/)],
  });
  expect(mother.writes).toEqual([]);
  expect(await world.credentials.find('generated/evidence-key')).toBeUndefined();
});
