/** The list of credentials, which never has a value, and names that nobody asks for. */
import { expect, it } from 'vitest';
import { listCredentials, requireCredentialName } from '../../../../src/actions/credentials/store.js';
import type { CredentialStore } from '../../../../src/sovereign/credentials/credential-store.js';

const stored = [
  { name: 'hcloud-token', source: 'environment' as const },
  { name: 'generated/gitea/gitea-admin/password', source: 'store' as const, at: 'then' },
];
const store = { list: async () => stored } as unknown as CredentialStore;

it('lists what is kept with the variable that goes before, what a lab gives, and what is missing', async () => {
  const lab = { 'hcloud-token': 'of-the-lab', 's3-access-key': 'of-the-lab', unheard: 'of-the-lab' };
  const { credentials, missing } = await listCredentials(store, lab);
  expect(credentials).toEqual([
    { name: 'hcloud-token', source: 'environment', value: '••••••', variable: 'HCLOUD_TOKEN' },
    { name: 'generated/gitea/gitea-admin/password', source: 'store', at: 'then', value: '••••••' },
    { name: 's3-access-key', source: 'lab', value: '••••••', variable: expect.any(String) },
  ]);
  expect(missing).toEqual(['s3-secret-key']);
  expect((await listCredentials(store)).missing).toEqual(['s3-access-key', 's3-secret-key']);
});

it('a name that nobody asks for is refused with the nearest one', () => {
  expect(requireCredentialName('hcloud-token')).toBe('hcloud-token');
  const refused = (actions: string[]) => expect.objectContaining({ code: 'E1001', actions });
  expect(() => requireCredentialName('hcloud-tokens')).toThrow(refused(['catalyst credentials set hcloud-token']));
  expect(() => requireCredentialName('x')).toThrow(refused(['catalyst credentials list']));
});
