import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../../../lab/src/hetzner/lab-hetzner.js';
import { createFaults } from '../../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../../lab/src/requests/request-log.js';
import { destroyedBy } from '../../../../src/engine/step.js';
import { createHetznerApi } from '../../../../src/hetzner/api/create-api.js';
import type { Kube } from '../../../../src/kubernetes/client/kube.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { destroyCluster } from '../../../../src/walk/steps/destroy-cluster.js';
import { fakeWorld } from '../../../fakes/fake-world.js';
import { hurriedClock } from '../../../fakes/hurried-clock.js';

let lab: HetznerLab;
let stateDir: string;
beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'destroy-'));
  lab = await createHetznerLab({
    log: createRequestLog(),
    faults: createFaults(),
    actionMs: 1,
    fixtures: () => undefined,
  });
});
afterEach(async () => {
  await lab.close();
  rmSync(stateDir, { recursive: true });
});

/** What has to be confirmed by name before a cluster with one volume is destroyed. */
async function confirmed(kube: () => Promise<Kube>): Promise<string> {
  const { signal } = new AbortController();
  const clock = hurriedClock();
  const api = createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal, clock });
  const labels = { 'catalyst.openova.io/sovereign': 'omantel.omani.works' };
  await api.create('volume', { name: 'pvc-1', size: 10, location: 'fsn1', labels });
  const world = fakeWorld({
    api,
    clock,
    signal,
    stateDir,
    kube,
    objectStore: () => Promise.reject(new Error('no keys')),
  });
  const { step } = destroyCluster(world, { zones: false, snapshots: false, unprotect: [] });
  await step.plan(signal);
  return (await destroyedBy([step])).join();
}

it('says before it that volumes go of which nobody could ask whether they are to be retained', async () => {
  const told = await confirmed(() => Promise.reject(fail('E3101', 'nobody answers')));
  expect(told).toMatch(
    /does not answer, so catalyst cannot tell which of its 1 volumes must be retained: all are deleted$/,
  );
});

it('says nothing of it when the cluster was asked', async () => {
  const told = await confirmed(
    async () => ({ raw: async () => ({ status: 200 }), list: async () => [] }) as unknown as Kube,
  );
  expect(told).toMatch(/sets the archives of its databases aside$/);
});
