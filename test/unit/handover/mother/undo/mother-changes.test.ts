/** What `handover status` says the handover has changed on the mother: by looking, a line each. */
import { beforeEach, describe, expect, it } from 'vitest';
import { changesOnMother } from '../../../../../src/handover/mother/undo/mother-changes.js';
import { type HandoverRecord, newRecord, readRecord } from '../../../../../src/handover/record.js';
import { finalizeHandover } from '../../../../../src/handover/steps/finalize.js';
import { type WholeRig, wholeRig } from '../../whole-rig.js';

let rig: WholeRig;
const record = (more: Partial<HandoverRecord> = {}) => ({ ...newRecord('omantel.omani.works', 'walk'), ...more });
const catalystApi = () => rig.mother.objects.get('Deployment catalyst/catalyst-api')!;
const owner = () => rig.mother.objects.get('Kustomization flux-system/catalyst-platform')!;

beforeEach(async () => {
  rig = await wholeRig();
});

describe('changes on the mother', () => {
  it('are none before a handover', async () => {
    expect(await changesOnMother(rig.world, undefined)).toEqual([]);
    expect(await changesOnMother(rig.world, record())).toEqual([]);
  });

  it('are what is suspended and what was created, and whether somebody resumed it', async () => {
    const confirm = () => Promise.reject(new Error('not yet'));
    const step = finalizeHandover(rig.world, { keepRetained: true });
    await expect(step.run({ ...rig.context, confirm })).rejects.toThrow('not yet');
    rig.mother.objects.get('HelmRelease flux-system/omantel-watch')!.spec.suspend = false;
    expect((await changesOnMother(rig.world, await readRecord(rig.world))).sort()).toEqual([
      'ConfigMap catalyst/catalyst-sovereign-handover-omantel-omani-works was created by catalyst',
      'Flux HelmRelease flux-system/omantel-watch is marked by the handover, though not suspended',
      'Flux Kustomization flux-system/omantel-infra is marked by the handover and suspended',
    ]);
  });

  it('are none of an object of that label that catalyst did not name', async () => {
    const labels = { 'catalyst.openova.io/sovereign': 'omantel.omani.works' };
    const metadata = { name: 'notes', namespace: 'catalyst', labels };
    rig.mother.objects.set('ConfigMap catalyst/notes', { apiVersion: 'v1', kind: 'ConfigMap', metadata });
    expect(await changesOnMother(rig.world, undefined)).toEqual([]);
  });

  it('are a stopped catalyst-api and its suspended owner, until both are as they were found', async () => {
    const stopped = record({ stopped: { replicas: 1, suspended: false } });
    expect(await changesOnMother(rig.world, stopped)).toEqual([]);
    catalystApi().spec.replicas = 0;
    owner().spec.suspend = true;
    expect(await changesOnMother(rig.world, stopped)).toEqual([
      'Deployment catalyst/catalyst-api is at 0 replicas, not 1',
      'Flux Kustomization flux-system/catalyst-platform is suspended',
    ]);
  });

  it('are an owner that was suspended before and no longer is', async () => {
    const stopped = record({ stopped: { replicas: 1, suspended: true } });
    expect(await changesOnMother(rig.world, stopped)).toEqual([
      'Flux Kustomization flux-system/catalyst-platform is not suspended',
    ]);
    rig.mother.objects.delete('Kustomization flux-system/catalyst-platform');
    expect(await changesOnMother(rig.world, stopped)).toEqual([]);
  });
});
