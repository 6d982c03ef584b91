import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { releasesOf } from '../../../../../src/blueprints/catalog/releases.js';
import { chartLock } from '../../../../../src/blueprints/charts/chart-lock.js';
import { variablesOf } from '../../../../../src/blueprints/render/variables.js';
import { lookAtReleases, releasesLive } from '../../../../../src/verification/dod/checks/releases-live.js';
import type { Scope } from '../../../../../src/verification/dod/scope.js';
import { fakeKube } from '../../../walk/fake-kube.js';
import { fakeContext, fakeWorld } from '../../../walk/rig.js';

/** A Sovereign on which every release is Ready at its pin; time passes only by sleeping. */
async function rig(kind: 'real' | 'lab' = 'real') {
  const cluster = fakeKube();
  let now = 0;
  const slept: number[] = [];
  const clock = {
    now: () => new Date(now),
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
  };
  const { world } = await fakeWorld({ cluster, clock });
  const stateDir = mkdtempSync(join(tmpdir(), 'releases-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  Object.assign(world, { stateDir, identity: async () => ({ kind }) });
  const put = (name: string, chartVersion: string) =>
    cluster.put({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { namespace: 'flux-system', name, generation: 1 },
      status: {
        observedGeneration: 1,
        conditions: [{ type: 'Ready', status: 'True' }],
        history: [{ chartVersion, digest: 'sha256:1' }],
      },
    });
  for (const blueprint of world.blueprints)
    for (const { name, chart } of releasesOf(blueprint, world.sovereign, variablesOf(world.sovereign)))
      put(name, chart.version);
  const check = (more: Partial<Scope> = {}) =>
    releasesLive({ world, context: fakeContext(world).context, ...more } as unknown as Scope);
  const putChart = (release: string, digest: string) =>
    cluster.put({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmChart',
      metadata: { namespace: 'flux-system', name: `flux-system-${release}` },
      status: { artifact: { digest } },
    });
  return { world, clock, slept, put, putChart, check };
}

describe('the archive of each chart', () => {
  const recorded = `sha256:${'1'.repeat(64)}`;
  const other = `sha256:${'2'.repeat(64)}`;

  it.each([
    ['real', recorded, 'pass'],
    ['real', other, 'fail'],
    // Its charts are stubs of its own.
    ['lab', other, 'pass'],
  ] as const)('is the one that was recorded: %s %s', async (kind, digest, status) => {
    const { world, putChart, check } = await rig(kind);
    const { chart } = world.blueprints.find(({ name }) => name === 'bp-cert-manager')!;
    chartLock(world.stateDir, world.clock.now).record(chart, recorded, chart.source);
    putChart('bp-cert-manager', digest);
    const answer = await check();
    expect(answer).toMatchObject({ status });
    if (status === 'fail') expect(answer.reason).toContain('bp-cert-manager runs another archive of cert-manager');
  });
});

describe('every release is seen twice', () => {
  it('30 s apart', async () => {
    const { check, slept } = await rig();
    expect(await check()).toMatchObject({ status: 'pass', reason: expect.stringContaining('30s apart') });
    expect(slept).toEqual([30_000]);
  });

  it('a look of before the kill is the first of them, and only what is left of the 30 s is waited for', async () => {
    const { world, clock, check, slept } = await rig();
    const releasesSeen = await lookAtReleases(world);
    await clock.sleep(21_000);
    expect(await check({ releasesSeen })).toMatchObject({ status: 'pass' });
    expect(slept).toEqual([21_000, 9000]);
    await clock.sleep(300_000);
    expect((await check({ releasesSeen })).reason).toContain('5m30s apart');
    expect(slept).toEqual([21_000, 9000, 300_000]);
  });

  it('one in which something was wrong counts for nothing, neither for nor against', async () => {
    const { world, put, check, slept } = await rig();
    const [valkey] = releasesOf(
      world.blueprints.find(({ name }) => name === 'bp-valkey')!,
      world.sovereign,
      variablesOf(world.sovereign),
    );
    put('bp-valkey', '0.0.1');
    const releasesSeen = await lookAtReleases(world);
    expect(releasesSeen.problems).toEqual([expect.stringContaining('bp-valkey runs chart 0.0.1')]);
    expect(await check({ releasesSeen })).toMatchObject({ status: 'fail' });
    put('bp-valkey', valkey!.chart.version);
    expect(await check({ releasesSeen })).toMatchObject({ status: 'pass' });
    expect(slept).toEqual([30_000]);
  });

  it('and what is wrong after the kill fails it, however well it looked before', async () => {
    const { world, clock, put, check } = await rig();
    const releasesSeen = await lookAtReleases(world);
    await clock.sleep(60_000);
    put('bp-harbor', '0.0.1');
    const { status, reason } = await check({ releasesSeen });
    expect([status, reason]).toEqual(['fail', expect.stringContaining('second look: bp-harbor runs chart 0.0.1')]);
  });
});
