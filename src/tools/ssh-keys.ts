/** Ed25519 keys in OpenSSH form. */
import { fail } from '../support/errors.js';

export interface SshKeyPair {
  privateKey: string;
  /** `ssh-ed25519 AAAA… comment` */
  publicKey: string;
}

export async function generateSshKey(comment: string): Promise<SshKeyPair> {
  const { utils } = (await import('ssh2')).default;
  const pair = utils.generateKeyPairSync('ed25519', { comment });
  return { privateKey: pair.private, publicKey: pair.public.trim() };
}

/** The public half of a private key. Throws E1302 when it cannot be read. */
export async function sshKeyPair(privateKey: string, comment = 'catalyst'): Promise<SshKeyPair> {
  const { utils } = (await import('ssh2')).default;
  const parsed = utils.parseKey(privateKey);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!key || key instanceof Error) {
    throw fail('E1302', 'The SSH private key cannot be read: it is encrypted, cut or in an unknown form.', {
      actions: ['catalyst credentials forget ssh-private-key', 'catalyst credentials set ssh-private-key'],
    });
  }
  return { privateKey, publicKey: `${key.type} ${key.getPublicSSH().toString('base64')} ${comment}` };
}
