import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCredentialStore } from '../../../../src/sovereign/credentials/credential-store.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';

const runSources = join(import.meta.dirname, '../../../fakes/run-sources.mjs');
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

  it('of two stores that are open at once, neither undoes what the other wrote', async () => {
    await open().set('generated/a', 'first-value');
    const [walk, person] = [open(), open()];
    await Promise.all([walk.list(), person.list()]);
    await person.set('registry-token', 'set-while-the-walk-runs');
    await walk.set('generated/b', 'made-by-the-walk');
    await person.forget('generated/a');
    expect((await open().list()).map(({ name }) => name)).toEqual(['generated/b', 'registry-token']);
  });

  it('of processes that write at once, every value is kept', async () => {
    const script = join(import.meta.dirname, 'keep-secret.mjs');
    const ended = [0, 1, 2].map(async (process_) => {
      const names = [0, 1, 2, 3].map((index) => `generated/${process_}-${index}`);
      const child = spawn(process.execPath, ['--import', runSources, script, root, ...names], { stdio: 'inherit' });
      expect((await once(child, 'close'))[0]).toBe(0);
      return names;
    });
    const names = (await Promise.all(ended)).flat();
    const store = open();
    expect(await Promise.all(names.map((name) => store.find(name)))).toEqual(names.map((name) => `value-${name}`));
    expect(readdirSync(join(root, 'state')).sort()).toEqual(['secrets.age', 'secrets.lock']);
    expect(readdirSync(join(root, 'config'))).toEqual(['identity']);
  });

  it('stays encrypted for the identity when a passphrase turns up, and refuses that', async () => {
    await open().set('hcloud-token', 'very-secret-value');
    const before = readFileSync(join(root, 'state/secrets.age'));
    for (const write of [
      () => open({ CATALYST_PASSPHRASE: 'a typo of mine' }).set('registry-token', 'another-value'),
      () => open({ CATALYST_PASSPHRASE: 'a typo of mine' }).get('registry-token'),
    ])
      await expect(write()).rejects.toMatchObject({ code: 'E1305', exitCode: 4 });
    expect(readFileSync(join(root, 'state/secrets.age'))).toEqual(before);
    await open().set('registry-token', 'another-value');
    expect(await open().get('hcloud-token')).toBe('very-secret-value');
  });

  it('stays encrypted for its passphrase when that is missing or wrong', async () => {
    await open({ CATALYST_PASSPHRASE: 'correct horse' }).set('hcloud-token', 'very-secret-value');
    for (const env of [{}, { CATALYST_PASSPHRASE: 'wrong' }] as Record<string, string>[])
      await expect(open(env).set('registry-token', 'x-y-z')).rejects.toMatchObject({ code: 'E1303' });
    expect(await open({ CATALYST_PASSPHRASE: 'correct horse' }).get('hcloud-token')).toBe('very-secret-value');
  });

  it('is encrypted for something else by rekey alone, there and back, with everything in it', async () => {
    await open().set('hcloud-token', 'very-secret-value');
    await open().rekey({ passphrase: 'correct horse' });
    await expect(open().get('hcloud-token')).rejects.toMatchObject({ code: 'E1303' });
    const sealed = open({ CATALYST_PASSPHRASE: 'correct horse' });
    await sealed.set('registry-token', 'another-value');
    await sealed.rekey('identity');
    expect((await open().list()).map(({ name }) => name)).toEqual(['hcloud-token', 'registry-token']);
  });

  it('that cannot be written keeps what it had, and says so', async () => {
    const store = open();
    await store.set('hcloud-token', 'very-secret-value');
    // A folder in the way of the draft, as a full disk would be.
    mkdirSync(join(root, `state/secrets.age.${process.pid}.new`));
    await expect(store.set('registry-token', 'another-value')).rejects.toMatchObject({ code: 'E1201' });
    expect(await store.find('registry-token')).toBeUndefined();
    expect(await open().get('hcloud-token')).toBe('very-secret-value');
  });
});
