/**
 * The sealing keys of the Sovereign, kept in the encrypted store: with them another cluster opens the Git tree. The controller makes
 * a new key every 30 days and opens with all that it has, so every key is kept, old ones too.
 */
import { X509Certificate } from 'node:crypto';
import { anySealingKey } from '../../blueprints/render/seal.js';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import type { CredentialName, World } from '../../world/world.js';

export interface KeptKeys {
  /** Names of all keys in the cluster, the newest first. */
  names: string[];
  /** Those that the store did not have before. */
  added: string[];
}

const fields = ['tls.crt', 'tls.key'] as const;
const nameIn = ({ metadata }: KubeObject, field: (typeof fields)[number]): CredentialName =>
  `generated/${metadata.namespace}/${metadata.name}/${field}`;
const textOf = (key: KubeObject, field: (typeof fields)[number]) =>
  Buffer.from(String(key.data?.[field] ?? ''), 'base64').toString('utf8');

/** Newest first; empty while the controller has made none. */
export async function sealingKeys(kube: Pick<Kube, 'list'>): Promise<KubeObject[]> {
  const keys = await kube.list({ apiVersion: 'v1', kind: 'Secret', labelSelector: anySealingKey });
  const made = ({ metadata }: KubeObject) => String(metadata.creationTimestamp);
  return keys.toSorted((a, b) => made(b).localeCompare(made(a)));
}

/** Copies into the store what it does not have yet. Changes nothing on the Sovereign. */
export async function keepSealingKeys(world: Pick<World, 'kube' | 'credentials' | 'redactor'>): Promise<KeptKeys> {
  const keys = await sealingKeys(await world.kube());
  const added: string[] = [];
  for (const key of keys) {
    world.redactor.register(textOf(key, 'tls.key'));
    let isNew = false;
    for (const field of fields) {
      const value = textOf(key, field);
      if ((await world.credentials.find(nameIn(key, field))) === value) continue;
      await world.credentials.set(nameIn(key, field), value);
      isNew = true;
    }
    if (isNew) added.push(key.metadata.name);
  }
  return { names: keys.map(({ metadata }) => metadata.name), added };
}

/** What the store has of each key of the cluster, by the fingerprint of its certificate; undefined where it has none. */
export async function keptFingerprints(
  world: Pick<World, 'kube' | 'credentials'>,
): Promise<Record<string, { cluster: string; store: string | undefined }>> {
  const keys = await sealingKeys(await world.kube());
  const entries = keys.map(async (key) => {
    const kept = await world.credentials.find(nameIn(key, 'tls.crt'));
    const opens = (await world.credentials.find(nameIn(key, 'tls.key'))) === textOf(key, 'tls.key');
    const store = kept !== undefined && opens ? fingerprint(kept) : undefined;
    return [key.metadata.name, { cluster: fingerprint(textOf(key, 'tls.crt')), store }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const fingerprint = (certificate: string) => new X509Certificate(certificate).fingerprint256;
