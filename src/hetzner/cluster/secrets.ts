/** Keys of a cluster that catalyst makes once and keeps: login key, SSH host key, join token. */
import { randomBytes } from 'node:crypto';
import { generateSshKey, sshKeyPair } from '../../tools/ssh/ssh-keys.js';
import type { ClusterSecrets } from './create.js';

/** The slice of the credential store that is needed. */
export interface KeptSecrets {
  find(name: 'ssh-private-key' | 'ssh-host-key' | 'k3s-token'): Promise<string | undefined>;
  set(name: 'ssh-private-key' | 'ssh-host-key' | 'k3s-token', value: string): Promise<void>;
}

export interface LoginSecrets extends ClusterSecrets {
  sshPrivateKey: string;
}

/** Whether this machine has the keys of a cluster that was made before. */
export async function knowsSecrets(kept: Pick<KeptSecrets, 'find'>): Promise<boolean> {
  const names = ['ssh-private-key', 'ssh-host-key', 'k3s-token'] as const;
  const found = await Promise.all(names.map((name) => kept.find(name)));
  return found.every((value) => value !== undefined);
}

/** Kept before the first server is created: a key that only a killed process knew would lock us out. */
export async function clusterSecrets(kept: KeptSecrets, fqdn: string): Promise<LoginSecrets> {
  const key = async (name: 'ssh-private-key' | 'ssh-host-key') => {
    const known = await kept.find(name);
    if (known) return sshKeyPair(known, `catalyst@${fqdn}`);
    const made = await generateSshKey(`catalyst@${fqdn}`);
    await kept.set(name, made.privateKey);
    return made;
  };
  const login = await key('ssh-private-key');
  const hostKey = await key('ssh-host-key');
  let joinToken = await kept.find('k3s-token');
  if (!joinToken) {
    joinToken = randomBytes(32).toString('hex');
    await kept.set('k3s-token', joinToken);
  }
  return { sshPublicKey: login.publicKey, sshPrivateKey: login.privateKey, hostKey, joinToken };
}
