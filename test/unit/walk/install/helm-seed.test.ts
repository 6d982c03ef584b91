import { expect, test } from 'vitest';
import { renderTree } from '../../../../src/blueprints/render/render.js';
import type { Helm, HelmInstall, HelmInstaller } from '../../../../src/tools/helm/helm.js';
import { createSecretMaker } from '../../../../src/walk/credentials/blueprint-secrets.js';
import { marked } from '../../../../src/walk/install/apply-folder.js';
import { helmSeed } from '../../../../src/walk/install/helm-seed.js';
import { createBindHelmControllerStep } from '../../../../src/walk/steps/bind-helm-controller.js';
import { createSeedCiliumStep } from '../../../../src/walk/steps/seed-cilium.js';
import type { World } from '../../../../src/world/world.js';
import { fakeKube, helmRecord } from '../../../fakes/fake-kube.js';
import { broughtBy, fakeContext, fakeWorld, wellBehaved } from '../rig.js';

const wbs = { title: 'one', phase: 1, needs: [] };

/** @param elsewhere helm acts on another cluster than the one it is told */
async function rig(elsewhere = false) {
  const installs: HelmInstall[] = [];
  /** What helm says of the newest revision. */
  const left = { status: 'deployed' };
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
      return found && { name, namespace, chart, status: left.status, revision: '1', updated: '2026-11-23T00:00:00Z' };
    },
    values: async (_kubeconfig, namespace, name) =>
      installs.findLast((one) => one.releaseName === name && one.namespace === namespace)?.values ?? {},
    template: async () => {
      throw new Error('template is not expected');
    },
  };
  return { ...made, world: { ...made.world, helm }, installs, cluster, left };
}

test('Cilium is seeded once, with the values that Flux will use', async () => {
  const { world, blueprint, installs } = await rig();
  const step = createSeedCiliumStep(world, blueprint('bp-cilium'), wbs);
  const planned = (await step.plan(world.signal)).map(({ sentence }) => sentence);
  expect(planned).toEqual([
    expect.stringMatching(/^seed bp-cilium with helm: release kube-system\/cilium of chart cilium \d/),
    'apply clusters/omantel.omani.works/bp-cilium-config: CiliumClusterwideNetworkPolicy no-metadata-service',
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

/** The same world with another value of the Blueprint in its spec. */
function changedTo(world: World, name: string, values: Record<string, unknown>): World {
  const sovereign = structuredClone(world.sovereign);
  sovereign.spec.blueprints = { [name]: { values } };
  return { ...world, sovereign, tree: async () => renderTree(sovereign, world.blueprints) };
}

test.each([
  ['bp-cilium', { MTU: 1280 }],
  ['bp-flux', { kustomizeController: { container: { additionalArgs: ['--concurrent=2'] } } }],
])('a changed value of the seed of %s is upgraded, once', async (name, values) => {
  const { world, blueprint, installs } = await rig();
  const seed = (at: World) => helmSeed(at, blueprint(name));
  await seed(world).run(fakeContext(world).context);
  const changed = changedTo(world, name, values);
  const kube = await changed.kube();
  expect(await seed(changed).plan(kube)).toHaveLength(1);
  await seed(changed).run(fakeContext(changed).context);
  expect(installs).toHaveLength(2);
  expect(installs[1]?.values).toMatchObject(values);
  expect(await seed(changed).plan(kube)).toEqual([]);
  await seed(changed).run(fakeContext(changed).context);
  expect(installs).toHaveLength(2);
});

test('a seed that failed is upgraded, whatever its values', async () => {
  const { world, blueprint, installs, left } = await rig();
  const step = createSeedCiliumStep(world, blueprint('bp-cilium'), wbs);
  await step.run(fakeContext(world).context);
  left.status = 'failed';
  expect(await step.isDone(fakeContext(world).context)).toEqual({ done: false });
  await step.run(fakeContext(world).context);
  expect(installs).toHaveLength(2);
});

test('once Flux works on Cilium, it is given the changed value, and helm is not called beside it', async () => {
  const { world, blueprint, installs, cluster } = await rig();
  await createSeedCiliumStep(world, blueprint('bp-cilium'), wbs).run(fakeContext(world).context);
  for (const object of broughtBy(blueprint('bp-flux')).flatMap(wellBehaved)) cluster.put(object);
  for (const object of marked((await world.tree()).folder('bp-cilium')!).flatMap(wellBehaved)) cluster.put(object);
  const changed = changedTo(world, 'bp-cilium', { MTU: 1280 });
  const step = createSeedCiliumStep(changed, blueprint('bp-cilium'), wbs);
  const { context, done } = fakeContext(changed);
  expect(await step.isDone(context)).toEqual({ done: false });
  await step.run(context);
  expect(installs).toHaveLength(1);
  expect(done).toEqual([expect.stringMatching(/^apply clusters\/omantel.omani.works\/bp-cilium: /)]);
  expect(cluster.objects.get('HelmRelease flux-system/bp-cilium')?.spec.values.MTU).toBe(1280);
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
