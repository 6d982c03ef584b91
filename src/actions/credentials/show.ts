/** One login of the Sovereign, or one captured credential: where it is used, and its value when a person asks to see it. */
import type { CredentialStore } from '../../sovereign/credentials/credential-store.js';
import { type Login, logins } from '../../sovereign/logins.js';
import { command } from '../../support/commands/command.js';
import { clauseOf, fail, messageOf } from '../../support/errors/errors.js';
import { nearest } from '../../support/nearest.js';
import type { World } from '../../world/world.js';
import { givenCredentials } from './store.js';

export interface ShownCredential {
  name: string;
  /** `environment`, `store` or `cluster`: where the value was found. */
  from: string;
  login?: Omit<Login, 'name' | 'credential'>;
}

export interface Shown {
  result: ShownCredential;
  secret: string;
}

/**
 * @param world opened only for a login that this machine does not have: the Sovereign itself has it too
 * Throws E1001 for a name that nobody asks for, E1301 where the value is neither here nor in the cluster.
 */
export async function showCredential(
  { fqdn, store, world }: { fqdn: string; store: CredentialStore; world: () => Promise<World> },
  name: string,
): Promise<Shown> {
  const login = logins(fqdn).find((one) => one.name === name);
  if (!login && !givenCredentials.includes(name)) throw unknown(fqdn, name);
  const found = await store.locate(login?.credential ?? name);
  const secret = found?.value ?? (login ? await inCluster(login, world) : undefined);
  if (secret === undefined) throw missing(name);
  const { address, username, note } = login ?? {};
  return {
    result: {
      name,
      from: found?.source ?? 'cluster',
      ...(login ? { login: { address, username, note } as Login } : {}),
    },
    secret,
  };
}

async function inCluster({ name, credential }: Login, world: () => Promise<World>): Promise<string | undefined> {
  const [, namespace, secret = '', key = ''] = credential.split('/');
  try {
    const kube = await (await world()).kube();
    const found = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: secret });
    const encoded = found?.data?.[key];
    return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : undefined;
  } catch (error) {
    throw missing(name, messageOf(error));
  }
}

function missing(name: string, why?: string) {
  const cluster = why === undefined ? 'the cluster has none either' : `the cluster could not be read: ${clauseOf(why)}`;
  return fail('E1301', `Credential ${name} is not on this machine, and ${cluster}.`, {
    actions: [command('credentials list'), command('status')],
  });
}

function unknown(fqdn: string, name: string) {
  const known = [...logins(fqdn).map((login) => login.name), ...givenCredentials];
  const near = nearest(name, known);
  return fail('E1001', `There is no credential "${name}"; known: ${known.join(', ')}.`, {
    actions: [near ? command('credentials show', near) : command('credentials list')],
  });
}
