/** A value is kept once a real call with it was not refused. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setCredential } from '../../../../src/actions/credentials/set.js';
import { openSession } from '../../../../src/actions/session/session.js';
import type { CredentialStore } from '../../../../src/sovereign/credentials/credential-store.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { type HetznerRig, hetznerRig } from '../../../fakes/hetzner-rig.js';

let rig: HetznerRig;

beforeEach(async () => {
  rig = await hetznerRig({ leftovers: false });
});
afterEach(async () => {
  await rig.end();
  await rig.lab.close();
});

describe('credentials set', () => {
  const set = async (name: string, value: string, check = true) =>
    setCredential(
      await openSession(rig.context),
      { ...rig.world.credentials, offer: () => undefined } as unknown as CredentialStore,
      { name, value, verify: check },
    );
  const token = 'a'.repeat(64);

  it('keeps a value once it was seen to work, and not one that was refused', async () => {
    expect(await set('hcloud-token', token)).toMatch(/, writes$/);
    expect(rig.world.kept.get('hcloud-token')).toBe(token);
    Object.assign(rig.api, { list: () => Promise.reject(fail('E2003', 'unauthorized')) });
    await expect(set('hcloud-token', 'b'.repeat(64))).rejects.toMatchObject({ code: 'E2003' });
    expect(rig.world.kept.get('hcloud-token')).toBe(token);
  });

  it('keeps it untried with --no-verify, and nothing at all in a dry-run', async () => {
    expect(await set('hcloud-token', token, false)).toBeUndefined();
    expect(rig.world.kept.get('hcloud-token')).toBe(token);
    Object.assign(rig.context.options, { dryRun: true });
    expect(await set('hcloud-token', 'b'.repeat(64))).toMatch(/^reads /);
    expect(rig.world.kept.get('hcloud-token')).toBe(token);
  });

  it('keeps one half of a key pair, which alone proves nothing', async () => {
    expect(await set('s3-access-key', 'A'.repeat(20))).toBeUndefined();
    expect(rig.world.kept.get('s3-access-key')).toBe('A'.repeat(20));
  });

  it('takes a webhook in a lab for this machine alone', async () => {
    const address = 'https://hooks.example/services/T0P';
    await expect(set('alert-webhook', address)).rejects.toMatchObject({ code: expect.stringMatching(/^E1/) });
    expect(rig.world.kept.has('alert-webhook')).toBe(false);
    expect(await set('alert-webhook', 'http://127.0.0.1:4711/hook')).toBeUndefined();
    Object.assign(rig.world, { identity: async () => ({ kind: 'real' }) });
    await set('alert-webhook', address);
    expect(rig.world.kept.get('alert-webhook')).toBe(address);
  });
});
