import { expect, test } from 'vitest';
import { releasesOf } from '../../../../src/blueprints/catalog/releases.js';
import { variablesOf } from '../../../../src/blueprints/render/variables.js';
import type { Helm, HelmInstaller, HelmRelease } from '../../../../src/tools/helm/helm.js';
import { createSeedCiliumStep } from '../../../../src/walk/steps/seed-cilium.js';
import { fakeKube, helmRecord } from '../../../fakes/fake-kube.js';
import { broughtBy, fakeContext, fakeWorld, wellBehaved } from '../rig.js';

const wbs = { title: 'one', phase: 1, needs: [] };
const start = Date.parse('2026-11-23T00:00:00Z');
const record = 'sh.helm.release.v1.cilium.v2';

/** Cilium's release as an earlier run left it; `ends` is what the helm that still runs makes of it after that many looks. */
async function rig(left: Partial<HelmRelease>, ends?: { after: number; status: string }) {
  let now = start;
  let looks = 0;
  const cluster = fakeKube(wellBehaved);
  const sleep = async (ms: number) => {
    now += ms;
  };
  const clock = { now: () => new Date(now), sleep };
  const made = await fakeWorld({ cluster, clock });
  const cilium = made.blueprint('bp-cilium');
  for (const object of broughtBy(cilium).flatMap(wellBehaved)) cluster.put(object);
  cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'kube-system', name: record } });
  const dropped: string[] = [];
  cluster.delete = async ({ kind, namespace, name }) => {
    dropped.push(`${kind} ${namespace}/${name}`);
    return cluster.objects.delete(`${kind} ${namespace}/${name}`);
  };
  const chart = `${cilium.chart.name}-${cilium.chart.version}`;
  let release: HelmRelease | undefined = {
    name: 'cilium',
    namespace: 'kube-system',
    chart,
    status: 'pending-install',
    revision: '2',
    updated: new Date(start).toISOString(),
    ...left,
  };
  const installs: string[] = [];
  const given = releasesOf(cilium, made.world.sovereign, variablesOf(made.world.sovereign)).at(-1)!.values;
  const helm = {
    release: async () => {
      looks += 1;
      if (release && ends && looks > ends.after) release = { ...release, status: ends.status };
      if (release?.status.startsWith('pending-') && !cluster.objects.has(`Secret kube-system/${record}`))
        release = undefined;
      return release;
    },
    values: async () => given,
    upgradeInstall: async () => {
      if (release?.status.startsWith('pending-')) throw new Error('another operation is in progress');
      installs.push('cilium');
      release = { ...release!, status: 'deployed' };
      cluster.put(helmRecord('kube-system', 'cilium'));
    },
  } as unknown as Helm & HelmInstaller;
  const world = { ...made.world, helm };
  const step = createSeedCiliumStep(world, cilium, wbs);
  return { step, world, cluster, installs, dropped, waited: () => now - start };
}

const old = new Date(start - 600_000).toISOString();

test.each(['pending-install', 'pending-upgrade', 'pending-rollback'])(
  'the record of a helm that died long ago is removed, as the plan says, and helm is called again (%s)',
  async (status) => {
    const { step, world, installs, dropped, waited } = await rig({ status, updated: old });
    const planned = (await step.plan(world.signal)).map(({ sentence }) => sentence);
    expect(planned[0]).toMatch(
      new RegExp(`^delete helm's record of revision 2 of release kube-system/cilium: it is ${status}`),
    );
    const { context, done } = fakeContext(world);
    await step.run(context);
    expect(done).toEqual(planned.slice(0, 3));
    expect(dropped).toEqual([`Secret kube-system/${record}`]);
    expect(installs).toEqual(['cilium']);
    expect(waited()).toBeLessThan(180_000);
  },
);

test('one that is young is waited for: the helm that an earlier run left may still bring it to its end', async () => {
  for (const status of ['deployed', 'failed']) {
    const { step, world, installs, dropped } = await rig({}, { after: 4, status });
    const { context, told } = fakeContext(world);
    await step.run(context);
    expect(told[0]).toContain('release kube-system/cilium is pending-install since 2026-11-23');
    expect(dropped).toEqual([]);
    expect(installs).toEqual(status === 'deployed' ? [] : ['cilium']);
  }
});

test('and is removed once helm cannot be running any more', async () => {
  const { step, world, installs, dropped, waited } = await rig({});
  await step.run(fakeContext(world).context);
  expect(waited()).toBeGreaterThan(180_000);
  expect(dropped).toHaveLength(1);
  expect(installs).toEqual(['cilium']);
});

test('what Flux works on is never removed, however long it takes', async () => {
  const { step, world, cluster, installs, dropped } = await rig({ updated: old });
  cluster.put({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { namespace: 'flux-system', name: 'bp-cilium' },
  });
  expect((await step.plan(world.signal)).some(({ sentence }) => sentence.startsWith('delete'))).toBe(false);
  await expect(step.run(fakeContext(world).context)).rejects.toMatchObject({ code: 'E4003', exitCode: 8 });
  expect(dropped).toEqual([]);
  expect(installs).toEqual([]);
});
