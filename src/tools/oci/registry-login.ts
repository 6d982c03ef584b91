/** The login for a registry that `helm registry login` (or docker) has kept on this machine. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Name the files with these logins. helm is given them where it fetches or pushes charts; all else of the user's helm is not ours. */
export const registryLoginVariables = ['HELM_REGISTRY_CONFIG', 'DOCKER_CONFIG'] as const;

/** `user:password`, or undefined when nobody logged in there. */
export async function registryLogin(
  host: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const home = env['HOME'] || homedir();
  const files = [
    env['HELM_REGISTRY_CONFIG'],
    join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'helm', 'registry', 'config.json'),
    join(env['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json'),
  ];
  for (const file of files) {
    const text = file && (await readFile(file, 'utf8').catch(() => undefined));
    const auth = text ? authIn(text, host) : undefined;
    if (auth) return Buffer.from(auth, 'base64').toString('utf8');
  }
  return undefined;
}

function authIn(text: string, host: string): string | undefined {
  try {
    return (JSON.parse(text) as { auths?: Record<string, { auth?: string }> }).auths?.[host]?.auth;
  } catch {
    return undefined;
  }
}
