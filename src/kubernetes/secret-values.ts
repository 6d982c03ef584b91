import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import type { Kube } from './client/kube.js';

/** Values of a Secret on the cluster, decoded. Throws E4009 when the Secret or a key is missing; never shows a value. */
export async function secretValues<K extends string>(
  kube: Kube,
  namespace: string,
  name: string,
  keys: readonly K[],
): Promise<Record<K, string>> {
  const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  if (!secret) throw fail('E4009', `The Secret ${namespace}/${name} does not exist.`, { actions: [command('resume')] });
  const entries = keys.map((key) => {
    const value = secret.data?.[key];
    if (typeof value !== 'string')
      throw fail(
        'E4009',
        `The Secret ${namespace}/${name} has no key ${key}; it has: ${Object.keys(secret.data ?? {}).join(', ')}.`,
      );
    return [key, Buffer.from(value, 'base64').toString('utf8')] as const;
  });
  return Object.fromEntries(entries) as Record<K, string>;
}
