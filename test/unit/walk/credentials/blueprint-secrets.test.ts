import { expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { createSecretMaker } from '../../../../src/walk/credentials/blueprint-secrets.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { fakeWorld } from '../rig.js';

const value = (objects: readonly KubeObject[], name: string, key: string) => {
  const secret = objects.find((object) => object.kind === 'Secret' && object.metadata.name === name);
  return Buffer.from(secret?.data[key] ?? '', 'base64').toString();
};

test('two Blueprints that share a value and are made at once have the same one', async () => {
  const { world, blueprint, kept } = await fakeWorld();
  const kube = fakeKube();
  const secrets = createSecretMaker(world);
  const [gitea, keycloak] = await Promise.all([
    secrets.objects(blueprint('bp-gitea'), kube),
    secrets.objects(blueprint('bp-keycloak'), kube),
  ]);
  const shared = value(gitea, 'gitea-oidc', 'secret');
  expect(shared).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(value(keycloak, 'oidc-clients', 'gitea')).toBe(shared);
  expect(kept.get('generated/keycloak/oidc-clients/gitea')).toBe(shared);
});

test('a value is made once and masked', async () => {
  const { world, blueprint } = await fakeWorld();
  const kube = fakeKube();
  const first = value(await createSecretMaker(world).objects(blueprint('bp-valkey'), kube), 'valkey-users', 'default');
  const again = value(await createSecretMaker(world).objects(blueprint('bp-valkey'), kube), 'valkey-users', 'default');
  expect(again).toBe(first);
  expect(world.redactor.redact(`password ${first}`)).not.toContain(first);
});

test('when the store was lost, what the cluster holds is taken over', async () => {
  const { world, blueprint, kept } = await fakeWorld();
  const kube = fakeKube();
  const data = { default: Buffer.from('the-old-password').toString('base64') };
  const annotations = { 'sealedsecrets.bitnami.com/managed': 'true' };
  kube.put({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'valkey', name: 'valkey-users', annotations },
    data,
  });
  const secrets = createSecretMaker(world);
  expect(await secrets.applied(blueprint('bp-valkey'), kube)).toBe(true);
  expect(kept.get('generated/valkey/valkey-users/default')).toBe('the-old-password');
});

test('looking whether Secrets are there generates nothing', async () => {
  const { world, blueprint, kept } = await fakeWorld();
  expect(await createSecretMaker(world).applied(blueprint('bp-valkey'), fakeKube())).toBe(false);
  expect(kept.size).toBe(0);
});

test('a Secret with another value is not applied', async () => {
  const { world, blueprint } = await fakeWorld();
  const kube = fakeKube();
  const secrets = createSecretMaker(world);
  await kube.apply(await secrets.objects(blueprint('bp-valkey'), kube));
  expect(await secrets.applied(blueprint('bp-valkey'), kube)).toBe(true);
  const data = { default: Buffer.from('changed by hand').toString('base64') };
  kube.put({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'valkey', name: 'valkey-users' }, data });
  expect(await secrets.applied(blueprint('bp-valkey'), kube)).toBe(false);
});

test('a SealedSecret may change each Secret; one of an earlier version is not applied until it may', async () => {
  const { world, blueprint } = await fakeWorld();
  const kube = fakeKube();
  const secrets = createSecretMaker(world);
  const made = await secrets.objects(blueprint('bp-valkey'), kube);
  await kube.apply(made);
  const secret = made.find(({ kind }) => kind === 'Secret')!;
  expect(secret.metadata.annotations).toEqual({ 'sealedsecrets.bitnami.com/managed': 'true' });
  kube.put({ ...secret, metadata: { ...secret.metadata, annotations: {} } });
  expect(await secrets.applied(blueprint('bp-valkey'), kube)).toBe(false);
  const owner = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', name: secret.metadata.name, uid: 'u' };
  kube.put({ ...secret, metadata: { ...secret.metadata, annotations: {}, ownerReferences: [owner] } });
  expect(await secrets.applied(blueprint('bp-valkey'), kube)).toBe(true);
});
