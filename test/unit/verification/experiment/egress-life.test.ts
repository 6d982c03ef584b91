import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { blockNamesKey } from '../../../../src/scans/umbilical/marks.js';
import { type ProcessIdentity, shownIdentity } from '../../../../src/sovereign/state/process-identity.js';
import { liftBlock, requireFree } from '../../../../src/verification/experiment/egress-life.js';
import {
  denyPolicy,
  expiryObjects,
  namesRef,
  unknownNames,
} from '../../../../src/verification/experiment/egress-objects.js';
import { memoryCluster, motherCluster, rig } from '../../handover/rig.js';

/** A Sovereign whose egress a run cuts until `until`; the clock of the rig stands at 10:00. */
function cut(by: { runId: string; process: ProcessIdentity }, until: string) {
  const run = { fqdn: 'omantel.omani.works', ...by, until: new Date(until) };
  const { apiVersion, kind, namespace, name } = namesRef;
  const own = memoryCluster([
    ...expiryObjects({ ...run, image: 'api:1', seconds: 600 }),
    denyPolicy(run, ['192.0.2.10']),
    {
      apiVersion,
      kind,
      metadata: { namespace, name },
      data: { [blockNamesKey]: unknownNames(['m.example'], run.runId), x: 'y' },
    },
  ]);
  return { own, ...rig(motherCluster({}), own, () => undefined) };
}
const left = (own: ReturnType<typeof memoryCluster>) => [...own.objects.values()].map(({ kind }) => kind).sort();
const elsewhere = { ...shownIdentity(), boot: 'another', pid: 1 };
const soon = '2026-11-22T10:10:00Z';

describe('the egress block', () => {
  it('of a run of another machine is not lifted before the cluster does so', async () => {
    const { own, world } = cut({ runId: 'other', process: elsewhere }, soon);
    await expect(requireFree(world, own.kube)).rejects.toMatchObject({
      code: 'E5024',
      exitCode: 9,
      data: { until: expect.any(String) },
    });
    const late = cut({ runId: 'other', process: elsewhere }, '2026-11-22T09:59:00Z');
    await requireFree(late.world, late.own.kube);
  });

  it('of a run here that lives is not lifted either', async () => {
    const { own, world } = cut({ runId: 'other', process: shownIdentity() }, soon);
    await expect(requireFree(world, own.kube)).rejects.toMatchObject({ code: 'E5024' });
  });

  it('of a killed run of this boot is lifted, names included, and nothing else is touched', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const rigged = cut({ runId: 'killed', process: { ...shownIdentity(), pid } }, soon);
    await requireFree(rigged.world, rigged.own.kube);
    await liftBlock(rigged.own.kube, rigged.context);
    expect(left(rigged.own)).toEqual(['ConfigMap']);
    expect([...rigged.own.objects.values()][0]?.data).toEqual({ x: 'y' });
  });

  it('that another run has made meanwhile stays when this run puts back late', async () => {
    const { own, context } = cut({ runId: 'other', process: elsewhere }, soon);
    const before = left(own);
    await liftBlock(own.kube, context.undo, 'run12345');
    expect(left(own)).toEqual(before);
  });
});
