/** When the guard reads the mother, and what it does with what it finds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardProtected } from '../../../src/actions/guard-protected.js';
import { fingerprintBefore } from '../../../src/evidence/protected-before.js';
import { checkProtected } from '../../../src/mother/protected-watch.js';
import type { Mutation } from '../../../src/phases/step.js';
import { fail } from '../../../src/support/errors.js';
import type { KubeObject } from '../../../src/tools/kube.js';
import { memoryCluster, motherCluster, rig } from '../handover/rig.js';

let stateDir = '';
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'catalyst-guard-'));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

const job: Mutation = {
  target: { system: 'mother', kind: 'Job', namespace: 'catalyst', name: 'catalyst-sovereign-inventory' },
  sentence: 'run a short Job',
};
const suspends: Mutation = {
  target: { system: 'mother', kind: 'Kustomization', namespace: 'flux-system', name: 'catalyst-platform' },
  sentence: 'suspend Flux Kustomization flux-system/catalyst-platform on the mother',
  effect: { field: 'spec.suspend', after: true },
};

function guarded(readable = true) {
  const mother = motherCluster({});
  const config: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'sme' },
    data: {},
  };
  mother.objects.set('ConfigMap sme/a', config);
  let reads = 0;
  const kinds: Record<string, string[]> = {
    v1: ['ConfigMap'],
    'kustomize.toolkit.fluxcd.io/v1': ['Kustomization'],
    'apps/v1': ['Deployment'],
  };
  mother.kube.raw = async (path) => {
    reads += 1;
    if (!readable) throw fail('E3101', 'it does not answer');
    const list = kinds[path.replace(/^\/apis?\//, '')] ?? [];
    const groups = Object.keys(kinds).filter((one) => one.includes('/'));
    const body =
      path === '/apis'
        ? {
            groups: groups.map((groupVersion) => ({
              name: groupVersion,
              preferredVersion: { groupVersion },
              versions: [],
            })),
          }
        : { resources: list.map((kind) => ({ name: kind.toLowerCase(), kind, namespaced: true, verbs: ['list'] })) };
    return { status: 200, body: JSON.stringify(body) };
  };
  const { world } = rig(mother, memoryCluster([]), (call) => ({ text: call.includes('/zones') ? '[]' : 'a page' }));
  world.stateDir = stateDir;
  const guard = guardProtected(world, () => undefined);
  const protects = (mutation: Mutation) => guard.protects({ target: mutation.target });
  const drift = () => mother.objects.set('ConfigMap sme/a', { ...config, data: { changed: 'yes' } });
  return { mother, world, guard, protects, drift, reads: () => reads };
}

describe('the guard of the protected set', () => {
  it('reads nothing as long as nothing on the mother is written, and keeps the first fingerprint then', async () => {
    const { guard, reads, world, protects } = guarded();
    await guard.prepare({ target: { system: 'hetzner', kind: 'server', name: 'x' }, sentence: 'x' });
    await guard.prepare({
      target: { system: 'sovereign', kind: 'Secret', name: 'x', namespace: 'gitea' },
      sentence: 'x',
    });
    await guard.check('At the end');
    expect([reads(), protects(job)]).toEqual([0, expect.stringMatching(/was not read/)]);
    await guard.prepare(job);
    expect(protects(job)).toBeUndefined();
    expect(fingerprintBefore(world.stateDir)?.objects.map(({ name }) => name)).toEqual(['a', 'catalyst-platform']);
  });

  it('refuses to write on a mother that cannot be read', async () => {
    const { guard, protects } = guarded(false);
    await expect(guard.prepare(job)).rejects.toMatchObject({ code: 'E3101' });
    expect(protects(job)).toMatch(/was not read/);
  });

  it('stops at a difference after a stage, at the end, and after a failure', async () => {
    const { guard, world, drift } = guarded();
    await guard.prepare(job);
    await checkProtected(world, 'After PREPARED');
    expect(await guard.around(async () => 'done')).toBe('done');
    drift();
    await expect(checkProtected(world, 'After FROZEN')).rejects.toMatchObject({ code: 'E5003', exitCode: 7 });
    await expect(guard.around(async () => 'done')).rejects.toMatchObject({ code: 'E5003' });
    const failing = guard.around(() => Promise.reject(fail('E4002', 'a step failed')));
    await expect(failing).rejects.toMatchObject({
      code: 'E5003',
      message: expect.stringMatching(/^After the failure/),
    });
  });

  it('lets what a mutation declared be, only while it is so', async () => {
    const { guard, mother } = guarded();
    const owner = () => mother.objects.get('Kustomization flux-system/catalyst-platform')!;
    await guard.prepare(suspends);
    owner().spec.suspend = true;
    await guard.check('While it is suspended');
    await guard.prepare({ ...suspends, sentence: 'resume it', effect: { field: 'spec.suspend', after: false } });
    await expect(guard.check('Left suspended')).rejects.toThrow(
      /catalyst-platform suspend: false → true.*This run did/,
    );
    owner().spec.suspend = false;
    await guard.check('At the end');
  });
});
