/** Ed25519 keys in OpenSSH form. */
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';

export interface SshKeyPair {
  privateKey: string;
  /** `ssh-ed25519 AAAA… comment` */
  publicKey: string;
}

export async function generateSshKey(comment: string): Promise<SshKeyPair> {
  const { utils } = (await import('ssh2')).default;
  for (;;) {
    const made = utils.generateKeyPairSync('ed25519', { comment });
    // ssh2 writes about one key in two hundred too short (a leading zero byte is lost); such a one cannot be read back.
    const back = utils.parseKey(made.private);
    if (back instanceof Error || utils.parseKey(made.public) instanceof Error) continue;
    const blob = (Array.isArray(back) ? back[0] : back)?.getPublicSSH();
    if (blob?.equals(Buffer.from(made.public.split(' ')[1] ?? '', 'base64')) && blob.length === ed25519BlobLength) {
      return { privateKey: made.private, publicKey: made.public.trim() };
    }
  }
}

/** "ssh-ed25519" and 32 bytes, each with its length. */
const ed25519BlobLength = 4 + 11 + 4 + 32;

/** The public half of a private key. Throws E1302 when it cannot be read. */
export async function sshKeyPair(privateKey: string, comment = 'catalyst'): Promise<SshKeyPair> {
  const { utils } = (await import('ssh2')).default;
  const parsed = utils.parseKey(privateKey);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!key || key instanceof Error) {
    throw fail('E1302', 'The SSH private key cannot be read: it is encrypted, cut or in an unknown form.', {
      actions: [command('credentials forget', 'ssh-private-key'), command('credentials set', 'ssh-private-key')],
    });
  }
  return { privateKey, publicKey: `${key.type} ${key.getPublicSSH().toString('base64')} ${comment}` };
}
