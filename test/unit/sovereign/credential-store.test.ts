import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCredentialStore } from '../../../src/sovereign/credential-store.js';
import { createRedactor } from '../../../src/support/redact.js';

let root: string;
const open = (env: Record<string, string> = {}, redactor = createRedactor()) =>
  createCredentialStore({
    dir: join(root, 'state'),
    configDir: join(root, 'config'),
    env,
    redactor,
    now: () => new Date('2026-11-23T02:00:00Z'),
  });
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'credentials-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the credential store', () => {
  it('keeps a value encrypted, with private files, for the next process', async () => {
    await open().set('hcloud-token', 'very-secret-value');
    expect(await open().get('hcloud-token')).toBe('very-secret-value');
    const file = readFileSync(join(root, 'state/secrets.age'));
    expect(file.subarray(0, 18).toString()).toBe('age-encryption.org');
    expect(file.includes('very-secret-value')).toBe(false);
    for (const path of ['state/secrets.age', 'config/identity']) {
      expect(statSync(join(root, path)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(root, 'state')).mode & 0o777).toBe(0o700);
  });

  it('keeps everything of many writes at once', async () => {
    const store = open();
    const names = Array.from({ length: 12 }, (_, index) => `generated/${index}`);
    await Promise.all(names.map((name) => store.set(name, `value-${name}`)));
    const again = open();
    expect(await Promise.all(names.map((name) => again.find(name)))).toEqual(names.map((name) => `value-${name}`));
  });

  it('opens with a passphrase, and not with another', async () => {
    await open({ CATALYST_PASSPHRASE: 'correct horse' }).set('s3-secret-key', 'kept-by-phrase');
    expect(await open({ CATALYST_PASSPHRASE: 'correct horse' }).get('s3-secret-key')).toBe('kept-by-phrase');
    await expect(open({ CATALYST_PASSPHRASE: 'wrong' }).get('s3-secret-key')).rejects.toMatchObject({ code: 'E1303' });
    await expect(open().get('s3-secret-key')).rejects.toMatchObject({ code: 'E1303', exitCode: 4 });
  });

  it('says E1303 for a damaged file', async () => {
    await open().set('hcloud-token', 'very-secret-value');
    writeFileSync(join(root, 'state/secrets.age'), 'age-encryption.org/v1\nnonsense');
    await expect(open().get('hcloud-token')).rejects.toMatchObject({ code: 'E1303' });
  });

  it('prefers what is offered, then the environment, then what is stored', async () => {
    await open().set('hcloud-token', 'from-the-store');
    const store = open({ HCLOUD_TOKEN: 'from-the-environment' });
    expect(await store.get('hcloud-token')).toBe('from-the-environment');
    store.offer('hcloud-token', 'just-typed');
    expect(await store.get('hcloud-token')).toBe('just-typed');
    expect(await open().get('hcloud-token')).toBe('from-the-store');
  });

  it('lists without values, forgets, and says how to give what is missing', async () => {
    const store = open({ AWS_ACCESS_KEY_ID: 'from-the-environment' });
    await store.set('hcloud-token', 'very-secret-value');
    expect(await store.list()).toEqual([
      { name: 'hcloud-token', source: 'store', at: '2026-11-23T02:00:00.000Z' },
      { name: 's3-access-key', source: 'environment' },
    ]);
    await store.forget('hcloud-token');
    await expect(store.get('hcloud-token')).rejects.toMatchObject({
      code: 'E1301',
      actions: ['catalyst credentials set hcloud-token', 'or set HCLOUD_TOKEN'],
    });
  });

  it('tells the redactor every value it has', async () => {
    await open().set('generated/a', 'made-by-catalyst');
    const redactor = createRedactor();
    await open({ HCLOUD_TOKEN: 'environment-token' }, redactor).list();
    expect(redactor.redact('made-by-catalyst environment-token')).not.toMatch(/made|environment/);
  });
});
