/** Logins for the registries that spec.charts.secretRef names: one token for all of them, or a docker config with one for each. */
import { z } from 'zod';
import { checkShape } from '../support/check-shape.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import type { Spec } from './spec/schema.js';

export type PullRegistries = Pick<NonNullable<Spec['charts']['secretRef']>, 'username' | 'hosts'>;

const configSchema = z.object({
  auths: z.record(
    z.string(),
    z.object({ username: z.string().optional(), password: z.string().optional(), auth: z.string().optional() }),
  ),
});

/** `user:password` by host; `credential` is `registry-token`. Throws E1302 when it has no login for one of the hosts. */
export function registryLogins({ username, hosts }: PullRegistries, credential: string): Map<string, string> {
  const config = credential.trimStart().startsWith('{') ? readConfig(credential) : undefined;
  return new Map(hosts.map((host) => [host, config ? loginIn(config, host) : `${username}:${credential}`]));
}

/** What a Secret of type kubernetes.io/dockerconfigjson holds. */
export function dockerConfig(registries: PullRegistries, credential: string): string {
  const auths = [...registryLogins(registries, credential)].map(([host, login]) => {
    const colon = login.indexOf(':');
    const [username, password] = [login.slice(0, colon), login.slice(colon + 1)];
    return [host, { username, password, auth: Buffer.from(login).toString('base64') }];
  });
  return JSON.stringify({ auths: Object.fromEntries(auths) });
}

type Config = z.output<typeof configSchema>;

function readConfig(text: string): Config {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    said = undefined;
  }
  const parsed = checkShape(configSchema, said);
  if (parsed.success) return parsed.data;
  throw refused('begins like a docker config, but is not one');
}

function loginIn({ auths }: Config, host: string): string {
  const { username, password, auth } = auths[host] ?? auths[`https://${host}`] ?? {};
  if (username !== undefined && password !== undefined) return `${username}:${password}`;
  const login = Buffer.from(auth ?? '', 'base64').toString('utf8');
  if (login.includes(':')) return login;
  throw refused(`has no login for ${host}, which spec.charts.secretRef.hosts names`);
}

const refused = (why: string) =>
  fail('E1302', `The credential registry-token ${why}.`, {
    actions: [command('credentials set', 'registry-token'), 'or correct spec.charts.secretRef.hosts'],
  });
