/** Back from any state before ACTIVATED: what was suspended goes on, the copies go, the record goes last. */
import { fail } from '../support/errors.js';
import { copiesToRemove } from './copy.js';
import { freezeMutation, frozen, thaw } from './freeze.js';
import type { Handover } from './handover.js';
import { hasReached } from './record.js';

/** Throws E5101 from ACTIVATED on. Killed in between, it is called again and finds what is left. */
export async function abortHandover({ world, act, record }: Handover): Promise<void> {
  if (hasReached(record, 'ACTIVATED')) {
    throw fail(
      'E5101',
      `The handover is ${record.state}; since ACTIVATED (${record.pointOfNoReturnAt}) it only goes forward.`,
      {
        actions: ['catalyst handover finalize'],
      },
    );
  }
  for (const object of await frozen(world)) await act(freezeMutation(object, 'resume'), () => thaw(world, object));
  for (const { mutation, remove } of copiesToRemove(world)) await act(mutation, remove);
}
