import { expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { createSecretMaker } from '../../../../src/walk/credentials/blueprint-secrets.js';
import { folderMark } from '../../../../src/walk/install/apply-folder.js';
import { createInstallStep, type Preparation } from '../../../../src/walk/steps/install-blueprint.js';
import type { World } from '../../../../src/world/world.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { broughtBy, easyProof, fakeContext, fakeWorld, wellBehaved } from '../rig.js';

const wbs = { title: 'one', phase: 2, needs: [] };

async function rig(name: string, settle = wellBehaved) {
  let charts: KubeObject[] = [];
  const kube = fakeKube((object) => [
    ...settle(object),
    ...(object.kind === 'HelmRelease' ? charts.flatMap(wellBehaved) : []),
  ]);
  const made = await fakeWorld({ cluster: kube });
  const blueprint = made.blueprint(name);
  charts = broughtBy(blueprint);
  const step = (world: World, more: { beforeGlue?: Preparation } = {}) =>
    createInstallStep(world, { blueprint, proof: easyProof, secrets: createSecretMaker(world), ...wbs, ...more });
  return { ...made, kube, blueprint, step };
}

test('every Blueprint does exactly what it planned, and is then done', async () => {
  const { world: first } = await fakeWorld();
  for (const { name } of first.blueprints) {
    const { world, step, kube } = await rig(name);
    const install = step(world);
    const planned = await install.plan(world.signal);
    const { context, done } = fakeContext(world);
    expect(await install.isDone(context), name).toEqual({ done: false });
    await install.run(context);
    expect(done, name).toEqual(planned.map(({ sentence }) => sentence));
    expect(await install.plan(world.signal), name).toEqual([]);
    expect(await install.isDone(context), name).toMatchObject({ done: true });
    expect(kube.applied.length, name).toBe(done.length);
  }
}, 120_000);

test('without a cluster everything is planned', async () => {
  const { world, blueprint } = await fakeWorld();
  const valkey = blueprint('bp-valkey');
  const step = createInstallStep(world, {
    blueprint: valkey,
    proof: easyProof,
    secrets: createSecretMaker(world),
    ...wbs,
  });
  const sentences = (await step.plan(world.signal)).map(({ sentence }) => sentence);
  expect(sentences).toEqual([
    'make the Secrets of bp-valkey and their namespaces: valkey/valkey-users',
    expect.stringMatching(
      /^apply clusters\/omantel\.omani\.works\/bp-valkey: Namespace valkey, .*HelmRelease flux-system\/bp-valkey/,
    ),
  ]);
});

test('Secrets and their namespaces come before the folder, the glue after its releases', async () => {
  const { world, step, kube } = await rig('bp-cert-manager-powerdns-webhook');
  const order: string[] = [];
  const beforeGlue: Preparation = {
    plan: async () => [],
    run: async () => {
      order.push(...kube.applied.flat(), 'prepared');
    },
  };
  await step(world, { beforeGlue }).run(fakeContext(world).context);
  expect(order.indexOf('Secret cert-manager/powerdns-api-key')).toBeGreaterThan(
    order.indexOf('Namespace cert-manager'),
  );
  expect(order.indexOf('HelmRelease flux-system/bp-cert-manager-powerdns-webhook')).toBeGreaterThan(
    order.indexOf('Secret cert-manager/powerdns-api-key'),
  );
  expect(order.at(-1)).toBe('prepared');
  expect(kube.applied.at(-1)).toContain('Certificate traefik/wildcard');
});

test('another version in the spec is another folder: not done, applied again', async () => {
  const { world, step, kube, blueprint } = await rig('bp-valkey');
  await step(world).run(fakeContext(world).context);
  const sovereign = structuredClone(world.sovereign);
  sovereign.spec.blueprints['bp-valkey'] = { version: '9.9.9' };
  const bumped = step({ ...world, tree: (await fakeWorld({ sovereign })).world.tree });
  const { context, done } = fakeContext(world);
  expect(await bumped.isDone(context)).toEqual({ done: false });
  await bumped.run(context);
  expect(done).toEqual([expect.stringContaining('apply clusters/omantel.omani.works/bp-valkey:')]);
  const release = kube.objects.get(`HelmRelease flux-system/${blueprint.name}`);
  expect(release?.spec.chart.spec.version).toBe('9.9.9');
  expect(release?.metadata.annotations?.[folderMark]).toMatch(/^[0-9a-f]{64}$/);
});

test('two Blueprints in one namespace do not undo each other', async () => {
  const { world, step, kube, blueprint } = await rig('bp-cert-manager');
  await step(world).run(fakeContext(world).context);
  const webhook = blueprint.namespace;
  const other = world.blueprints.find(({ name }) => name === 'bp-cert-manager-powerdns-webhook')!;
  expect(other.namespace).toBe(webhook);
  for (const object of broughtBy(other).flatMap(wellBehaved)) kube.put(object);
  const secrets = createSecretMaker(world);
  await createInstallStep(world, { blueprint: other, proof: easyProof, secrets, ...wbs }).run(
    fakeContext(world).context,
  );
  expect(await step(world).isDone(fakeContext(world).context)).toMatchObject({ done: true });
});

test('a workload that is not rolled out means not done', async () => {
  const { world, step, kube } = await rig('bp-valkey');
  await step(world).run(fakeContext(world).context);
  kube.put({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'valkey', name: 'valkey' },
    status: { updatedReplicas: 1, availableReplicas: 0, readyReplicas: 0 },
  });
  expect(await step(world).isDone(fakeContext(world).context)).toEqual({ done: false });
});

test('a stalled release ends the step at once with its message', async () => {
  const message = 'Helm install failed: exec: values do not fit';
  const stalled = (object: KubeObject) =>
    object.kind === 'HelmRelease'
      ? [{ ...object, status: { conditions: [{ type: 'Stalled', status: 'True', message }] } }]
      : wellBehaved(object);
  const { world, step } = await rig('bp-cnpg', stalled);
  await expect(step(world).run(fakeContext(world).context)).rejects.toMatchObject({
    code: 'E4002',
    message: expect.stringContaining(message),
    actions: expect.arrayContaining(['kubectl describe helmrelease bp-cnpg -n flux-system']),
  });
});

test('the evidence says chart, folder hash, digest and commit that are live', async () => {
  const { world, step, kube } = await rig('bp-valkey');
  await step(world).run(fakeContext(world).context);
  const at = { namespace: 'flux-system' };
  const api = 'source.toolkit.fluxcd.io/v1';
  const artifact = { digest: 'sha256:abc' };
  kube.put({
    apiVersion: api,
    kind: 'HelmChart',
    metadata: { ...at, name: 'flux-system-bp-valkey' },
    status: { artifact },
  });
  const revision = 'main@sha1:0123456789012345678901234567890123456789';
  kube.put({
    apiVersion: api,
    kind: 'GitRepository',
    metadata: { ...at, name: 'flux-system' },
    status: { artifact: { revision } },
  });
  expect(await step(world).proof(fakeContext(world).context)).toMatchObject({
    summary: 'seen',
    digest: 'sha256:abc',
    sha: '0123456789012345678901234567890123456789',
    facts: { chart: { name: 'valkey' }, tree: { 'clusters/omantel.omani.works/bp-valkey': expect.any(String) } },
  });
});
