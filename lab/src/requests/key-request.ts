/** `catalyst lab keys`: what a person does in Hetzner's Console with the keys of the Object Storage. */
import type { Context } from 'catalyst/actions/session/context.js';
import { command } from 'catalyst/support/commands/command.js';
import { fail } from 'catalyst/support/errors/errors.js';
import type { KeyRequest } from '../servers/s3/key-ring.js';
import type { Account } from '../servers/s3/signature.js';
import { callLab } from '../start/ensure.js';
import { runningLab } from '../start/up.js';

export interface KeysResult {
  keys: Omit<Account, 'secretKey'>[];
  /** The pair that was just made; its secret key is shown this once. */
  made?: Account;
}

/** Throws E7002 when the lab is not up, E7003 for a pair that it does not have. */
export async function labKeys(
  context: Pick<Context, 'env' | 'would'>,
  name: string,
  request: { make?: KeyRequest; revoke?: string },
): Promise<KeysResult> {
  const info = await runningLab(context, name);
  const deed = request.revoke === undefined ? request.make && 'make a pair of keys' : `revoke ${request.revoke}`;
  if (deed !== undefined && context.would(`${deed} in the lab ${name}`)) {
    const { body } = await callLab(info, 'GET', '/keys');
    return { keys: body['keys'] as KeysResult['keys'] };
  }
  if (request.revoke !== undefined) {
    const answer = await callLab(info, 'POST', '/revoked-keys', { accessKey: request.revoke });
    if (answer.status === 404)
      throw fail('E7003', `The lab ${name} has no access key ${request.revoke}.`, {
        actions: [command('lab keys', { lab: name })],
      });
    return { keys: answer.body['keys'] as KeysResult['keys'] };
  }
  const made = request.make
    ? ((await callLab(info, 'POST', '/keys', request.make)).body as unknown as Account)
    : undefined;
  const { body } = await callLab(info, 'GET', '/keys');
  return { keys: body['keys'] as KeysResult['keys'], ...(made ? { made } : {}) };
}

/** A pair that was made as two lines, as `credentials rotate object-storage --from-file -` reads them; else one line a pair. */
export function keysText({ keys, made }: KeysResult): string {
  if (made) return `${made.accessKey}\n${made.secretKey}`;
  if (keys.length === 0) return 'no keys';
  return keys
    .map(({ accessKey, name, readOnly }) =>
      [accessKey, name === 'lab' ? "the lab's project" : 'another project', ...(readOnly ? ['read only'] : [])].join(
        '  ',
      ),
    )
    .join('\n');
}
