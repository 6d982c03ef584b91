/** The store is encrypted anew only for a passphrase that is long enough, and the journal says so. */
import { beforeEach, expect, it } from 'vitest';
import { rekeyCredentials } from '../../../../src/actions/credentials/rekey.js';
import { readJournal } from '../../../../src/actions/session/read-journal.js';
import type { CredentialStore } from '../../../../src/sovereign/credentials/credential-store.js';
import { type ActionRig, actionRig } from '../../../fakes/action-context.js';

let rig: ActionRig;
const sealed: unknown[] = [];
const store = {
  list: async () => [
    { name: 'a', source: 'store' },
    { name: 'b', source: 'environment' },
  ],
  rekey: async (to: unknown) => void sealed.push(to),
} as unknown as CredentialStore;

beforeEach(() => {
  sealed.length = 0;
  rig = actionRig();
});

it.each([
  ['passphrase', { passphrase: 'correct horse battery' }],
  ['identity', 'identity' as const],
])('for the %s, and the journal never has it', async (sealedFor, to) => {
  expect(await rekeyCredentials(rig.context, store, to)).toEqual({ sealedFor, secrets: 1, done: true });
  await rig.end();
  expect(sealed).toEqual([to]);
  const [note] = readJournal(rig.stateDir).filter(({ kind }) => kind === 'note');
  expect(note?.inputs?.message).toBe(`the credential store was encrypted for the ${sealedFor}`);
  expect(JSON.stringify(readJournal(rig.stateDir))).not.toContain('correct horse');
});

it('not for a short one, and not in a dry-run', async () => {
  await expect(rekeyCredentials(rig.context, store, { passphrase: 'short' })).rejects.toMatchObject({
    code: 'E1001',
    actions: ['catalyst credentials rekey --to passphrase'],
  });
  Object.assign(rig.context.options, { dryRun: true });
  expect(await rekeyCredentials(rig.context, store, 'identity')).toMatchObject({ secrets: 1, done: false });
  expect(sealed).toEqual([]);
});
