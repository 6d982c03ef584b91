import { expect, test } from 'vitest';
import type { Helm, HelmInstall, HelmInstaller } from '../../../../src/tools/helm/helm.js';
import { createSecretMaker } from '../../../../src/walk/credentials/blueprint-secrets.js';
import { createBindHelmControllerStep } from '../../../../src/walk/steps/bind-helm-controller.js';
import { createSeedCiliumStep } from '../../../../src/walk/steps/seed-cilium.js';
import { fakeKube, helmRecord } from '../fake-kube.js';
import { broughtBy, fakeContext, fakeWorld, wellBehaved } from '../rig.js';

const wbs = { title: 'one', phase: 1, needs: [] };

/** @param elsewhere helm acts on another cluster than the one it is told */
async function rig(elsewhere = false) {
  const installs: HelmInstall[] = [];
  const cluster = fakeKube(wellBehaved);
  const made = await fakeWorld({ cluster });
  const helm: Helm & HelmInstaller = {
    version: async () => 'v4',
    upgradeInstall: async (request) => {
      installs.push(request);
      if (elsewhere) return;
      cluster.put(helmRecord(request.namespace, request.releaseName));
      const blueprint = made.world.blueprints.find(({ releaseName }) => releaseName === request.releaseName)!;
      for (const object of broughtBy(blueprint).flatMap(wellBehaved)) cluster.put(object);
    },
    release: async (_kubeconfig, namespace, name) => {
      const found = installs.findLast((one) => one.releaseName === name && one.namespace === namespace);
      const chart = `${found?.chart.name}-${found?.chart.version}`;
      return found && { name, namespace, chart, status: 'deployed', revision: '1', updated: '2026-11-23T00:00:00Z' };
    },
    template: async () => {
      throw new Error('template is not expected');
    },
  };
  return { ...made, world: { ...made.world, helm }, installs, cluster };
}

test('Cilium is seeded once, with the values that Flux will use', async () => {
  const { world, blueprint, installs } = await rig();
  const step = createSeedCiliumStep(world, blueprint('bp-cilium'), wbs);
  const planned = (await step.plan(world.signal)).map(({ sentence }) => sentence);
  expect(planned).toEqual([
    expect.stringMatching(/^seed bp-cilium with helm: release kube-system\/cilium of chart cilium \d/),
  ]);
  const { context, done } = fakeContext(world);
  await step.run(context);
  expect(done).toEqual(planned);
  const tree = await world.tree();
  const release = tree
    .folder('bp-cilium')
    ?.files.flatMap((file) => file.objects)
    .find((one) => one.kind === 'HelmRelease');
  expect(installs[0]?.values).toEqual(release?.spec.values);
  await step.run(context);
  expect(installs).toHaveLength(1);
  expect(await step.isDone(context)).toMatchObject({ done: true });
});

test('a helm that acted on another cluster is found out before anything is waited for', async () => {
  const { world, blueprint } = await rig(true);
  const step = createSeedCiliumStep(world, blueprint('bp-cilium'), wbs);
  await expect(step.run(fakeContext(world).context)).rejects.toMatchObject({
    code: 'E3006',
    message: expect.stringContaining('kube-system/cilium as installed, and https://fake has no record of it'),
  });
});

test('charts come from the mirror of the spec, in plain HTTP only where it says so', async () => {
  const { world, blueprint, installs } = await rig();
  world.sovereign.spec.charts = { mirror: 'oci://127.0.0.1:5000/charts', insecure: true };
  await createSeedCiliumStep(world, blueprint('bp-cilium'), wbs).run(fakeContext(world).context);
  expect(installs[0]).toMatchObject({
    insecure: true,
    chart: { source: 'oci://127.0.0.1:5000/charts', name: 'cilium' },
  });
});

test('#338 seeds Flux, binds its controller and lets it adopt Cilium', async () => {
  const { world, blueprint, installs, cluster } = await rig();
  const step = createBindHelmControllerStep(world, blueprint('bp-flux'), createSecretMaker(world), wbs);
  for (const object of broughtBy(blueprint('bp-cilium')).flatMap(wellBehaved)) cluster.put(object);
  await step.run(fakeContext(world).context);
  expect(installs.map(({ releaseName }) => releaseName)).toEqual(['flux']);
  const applied = cluster.applied.flat();
  expect(applied).toContain('ClusterRoleBinding catalyst-helm-controller-cluster-admin');
  expect(applied).toContain('Secret flux-system/object-storage');
  expect(applied.indexOf('HelmRelease flux-system/bp-cilium')).toBeGreaterThan(
    applied.indexOf('HelmRelease flux-system/bp-flux'),
  );
  expect(await step.isDone(fakeContext(world).context)).toMatchObject({ done: true });
});
