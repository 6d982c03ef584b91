import { compare } from 'bcryptjs';
import { expect, it } from 'vitest';
import { secretsFor } from '../../../../src/blueprints/render/secrets.js';
import { blueprints, omantel } from '../rig.js';

const values = async (name: string, kind?: string) => (kind ? `made-${name}` : `captured-${name}`);

async function secretOf(blueprint: string, name: string): Promise<Record<string, string>> {
  const one = (await blueprints()).find((candidate) => candidate.name === blueprint)!;
  const found = (await secretsFor(one, omantel(), values)).find(
    (object) => object.metadata.name === name && object.kind === 'Secret',
  )!;
  const data = found.data as Record<string, string>;
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]));
}

it('has one source of truth for Object Storage with five keys', async () => {
  expect(await secretOf('bp-flux', 'object-storage')).toEqual({
    's3-endpoint': 'https://fsn1.your-objectstorage.com',
    's3-region': 'fsn1',
    's3-bucket': 'omantel-omani-works',
    's3-access-key': 'captured-s3-access-key',
    's3-secret-key': 'captured-s3-secret-key',
  });
});

it('gives each consumer the format that its chart reads', async () => {
  expect((await secretOf('bp-velero', 'velero-object-storage'))['cloud']).toBe(
    '[default]\naws_access_key_id=captured-s3-access-key\naws_secret_access_key=captured-s3-secret-key\n',
  );
  expect(await secretOf('bp-harbor', 'harbor-redis')).toEqual({
    REDIS_PASSWORD: (await secretOf('bp-valkey', 'valkey-users'))['default'],
  });
});

it('makes a password line that the registry accepts, the same at every apply', async () => {
  const first = await secretOf('bp-harbor', 'harbor-internal');
  const [user, hash] = first['REGISTRY_HTPASSWD']!.split(':');
  expect(user).toBe('harbor_registry_user');
  expect(await compare(first['REGISTRY_PASSWD']!, hash!)).toBe(true);
  expect(await secretOf('bp-harbor', 'harbor-internal')).toEqual(first);
});

it('gives NATS a file of users with the passwords that consumers get', async () => {
  const { catalyst, probe, 'auth.conf': file } = await secretOf('bp-nats-jetstream', 'nats-auth');
  const users = [...file!.matchAll(/user: "([^"]+)", password: "([^"]+)"/g)].map(([, user, password]) => [
    user,
    password,
  ]);
  const named = (password: string | undefined) => password?.replace(/^(made|captured)-/, '');
  expect(users.map(([user, password]) => [user, named(password)])).toEqual([
    ['catalyst', named(catalyst)],
    ['probe', named(probe)],
  ]);
  expect(file).not.toContain('${');
});

it('puts the Namespaces first, with the labels of the tree', async () => {
  const velero = (await blueprints()).find((one) => one.name === 'bp-velero')!;
  const [namespace] = await secretsFor(velero, omantel(), values);
  expect(namespace).toMatchObject({
    kind: 'Namespace',
    metadata: { name: 'velero', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
  });
});

it('lets people sign in by the realm: Harbor has the secret of its client there, and the first person a password', async () => {
  const config = JSON.parse((await secretOf('bp-harbor', 'harbor-oidc'))['config.json']!) as Record<string, unknown>;
  expect(config).toMatchObject({
    auth_mode: 'oidc_auth',
    oidc_endpoint: 'https://auth.omantel.omani.works/realms/sovereign',
    oidc_client_secret: (await secretOf('bp-keycloak', 'oidc-clients'))['harbor'],
  });
  const keycloak = (await blueprints()).find((one) => one.name === 'bp-keycloak')!;
  const realm = keycloak.documents.release as Record<string, { data?: Record<string, { users?: object[] }> }[]>;
  const [user] = Object.values(realm)
    .flat()
    .flatMap(({ data }) => data?.['sovereign-realm.json']?.users ?? []);
  expect(user).toMatchObject({
    username: 'sovereign-admin',
    credentials: [{ type: 'password', temporary: true }],
    requiredActions: ['UPDATE_PASSWORD'],
  });
});
