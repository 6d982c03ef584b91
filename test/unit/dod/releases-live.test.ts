import { describe, expect, it } from 'vitest';
import { releasesOf } from '../../../src/blueprints/releases.js';
import { variablesOf } from '../../../src/blueprints/variables.js';
import { lookAtReleases, releasesLive } from '../../../src/dod/checks/releases-live.js';
import type { Scope } from '../../../src/dod/scope.js';
import { fakeKube } from '../phases/fake-kube.js';
import { fakeContext, fakeWorld } from '../phases/rig.js';

/** A Sovereign on which every release is Ready at its pin; time passes only by sleeping. */
async function rig() {
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
  return { world, clock, slept, put, check };
}

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
