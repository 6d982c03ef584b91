/** Keycloak, of the version of the image, imports the realm that the tree hands it: who may sign in to what, and what a token says. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtFolder } from '../../engines/blueprints/rendered.js';
import { type Json, type Keycloak, startKeycloak } from './keycloak-server.js';

/** The distribution; undefined when it or a Java that runs it is not here. */
function findDistribution(): string | undefined {
  const folder = builtFolder('keycloak');
  const name = folder && readdirSync(folder).find((one) => existsSync(join(folder, one, 'bin/kc.sh')));
  if (!name) return undefined;
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return join(folder, name);
  } catch {
    console.warn('\nkeycloak NOT RUN with the rendered configuration: it needs Java 17 or newer on the PATH\n');
    return undefined;
  }
}

const distribution = findDistribution();
const secretOf = (secret: string, key: string) =>
  secret === 'keycloak-admin' && key === 'username' ? 'admin' : `${secret}-${key}`;
const realm = '/realms/sovereign';
const issuer = `https://auth.omantel.omani.works${realm}`;

const payloadOf = (token: string) => JSON.parse(String(Buffer.from(token.split('.')[1]!, 'base64url')));

describe.skipIf(!distribution)('Keycloak with the rendered configuration', () => {
  let keycloak: Keycloak;
  const credentials = (client: string, secret: string) =>
    keycloak.call(`${realm}/protocol/openid-connect/token`, {
      form: { grant_type: 'client_credentials', client_id: client, client_secret: secret },
    });
  /** What the administrator of the first start reads below the realm. */
  async function read(path: string): Promise<Json> {
    const { body } = await keycloak.call('/realms/master/protocol/openid-connect/token', {
      form: { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'keycloak-admin-password' },
    });
    const answer = await keycloak.call(`/admin${realm}${path}`, { token: body.access_token });
    expect(answer.status, path).toBe(200);
    return answer.body;
  }

  beforeAll(async () => {
    keycloak = await startKeycloak({ distribution: distribution!, secretOf });
  }, 900_000);
  afterAll(() => keycloak?.stop());

  test('its issuer is the Sovereign, by https, behind an ingress that speaks http to it', async () => {
    const { body } = await keycloak.call(`${realm}/.well-known/openid-configuration`);
    expect(body.issuer).toBe(issuer);
    expect(body.token_endpoint).toBe(`${issuer}/protocol/openid-connect/token`);
  });

  test.each(['catalyst-api', 'catalyst-probe'])(
    '%s gets a token with the secret of its Secret, and by no other',
    async (client) => {
      const { status, body } = await credentials(client, `oidc-clients-${client}`);
      expect({ status, ...payloadOf(body.access_token) }).toMatchObject({ status: 200, iss: issuer, azp: client });
      expect((await credentials(client, 'guessed')).status).toBe(401);
    },
  );

  test.each(['gitea', 'grafana', 'harbor'])(
    '%s has its secret and lets people come back to its own host alone',
    async (client) => {
      const [found] = await read(`/clients?clientId=${client}`);
      expect(found).toMatchObject({ publicClient: false, secret: `oidc-clients-${client}` });
      for (const uri of found.redirectUris)
        expect(uri).toMatch(new RegExp(`^https://${client}\\.omantel\\.omani\\.works/`));
      // a client that is there for people gives no token to itself
      expect((await credentials(client, `oidc-clients-${client}`)).status).toBe(401);
    },
  );

  test('the first person has to choose a password, and is an administrator to whoever asks for groups', async () => {
    const [person] = await read('/users?username=sovereign-admin&exact=true');
    expect(person).toMatchObject({ enabled: true, requiredActions: ['UPDATE_PASSWORD'] });
    for (const client of ['gitea', 'grafana', 'harbor', 'kubectl', 'catalyst-ui']) {
      const [{ id }] = await read(`/clients?clientId=${client}`);
      const scopes = `/clients/${id}/evaluate-scopes/generate-example-access-token`;
      const token = await read(`${scopes}?scope=openid&userId=${person.id}`);
      expect(token.groups, client).toContain('sovereign-admins');
    }
  });
});
