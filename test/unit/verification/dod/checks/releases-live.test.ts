import { describe, expect, it } from 'vitest';
import { releasesOf } from '../../../../../src/blueprints/catalog/releases.js';
import { chartLock } from '../../../../../src/blueprints/charts/chart-lock.js';
import { variablesOf } from '../../../../../src/blueprints/render/variables.js';
import { lookAtReleases } from '../../../../../src/verification/dod/checks/releases-live.js';
import { releasesWorld } from '../../../../rigged/stages/releases.js';

describe('the archive of each chart', () => {
  const recorded = `sha256:${'1'.repeat(64)}`;
  const other = `sha256:${'2'.repeat(64)}`;

  it.each([
    [recorded, 'pass'],
    [other, 'fail'],
  ] as const)('is the one that was recorded: %s', async (digest, status) => {
    const { world, archive, check } = await releasesWorld();
    const { chart } = world.blueprints.find(({ name }) => name === 'bp-cert-manager')!;
    chartLock(world.stateDir, world.clock.now).record(chart, recorded, chart.source);
    archive('bp-cert-manager', digest);
    const answer = await check();
    expect(answer).toMatchObject({ status });
    if (status === 'fail') expect(answer.reason).toContain('bp-cert-manager runs another archive of cert-manager');
  });
});

describe('every release is seen twice', () => {
  it('30 s apart', async () => {
    const { check, slept } = await releasesWorld();
    expect(await check()).toMatchObject({ status: 'pass', reason: expect.stringContaining('30s apart') });
    expect(slept).toEqual([30_000]);
  });

  it('a look of before the kill is the first of them, and only what is left of the 30 s is waited for', async () => {
    const { world, clock, check, slept } = await releasesWorld();
    const releasesSeen = await lookAtReleases(world);
    await clock.sleep(21_000);
    expect(await check({ releasesSeen })).toMatchObject({ status: 'pass' });
    expect(slept).toEqual([21_000, 9000]);
    await clock.sleep(300_000);
    expect((await check({ releasesSeen })).reason).toContain('5m30s apart');
    expect(slept).toEqual([21_000, 9000, 300_000]);
  });

  it('one in which something was wrong counts for nothing, neither for nor against', async () => {
    const { world, release, check, slept } = await releasesWorld();
    const [valkey] = releasesOf(
      world.blueprints.find(({ name }) => name === 'bp-valkey')!,
      world.sovereign,
      variablesOf(world.sovereign),
    );
    release('bp-valkey', '0.0.1');
    const releasesSeen = await lookAtReleases(world);
    expect(releasesSeen.problems).toEqual([expect.stringContaining('bp-valkey runs chart 0.0.1')]);
    expect(await check({ releasesSeen })).toMatchObject({ status: 'fail' });
    release('bp-valkey', valkey!.chart.version);
    expect(await check({ releasesSeen })).toMatchObject({ status: 'pass' });
    expect(slept).toEqual([30_000]);
  });

  it('and what is wrong after the kill fails it, however well it looked before', async () => {
    const { world, clock, release, check } = await releasesWorld();
    const releasesSeen = await lookAtReleases(world);
    await clock.sleep(60_000);
    release('bp-harbor', '0.0.1');
    const { status, reason } = await check({ releasesSeen });
    expect([status, reason]).toEqual(['fail', expect.stringContaining('second look: bp-harbor runs chart 0.0.1')]);
  });
});
