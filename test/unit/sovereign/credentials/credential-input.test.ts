/** What is checked is what is kept and written: the same bytes, whatever stood around them where they came from. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { variablesOf } from '../../../../src/blueprints/render/variables.js';
import { acceptCredential, credentialVariables } from '../../../../src/sovereign/credentials/credential-input.js';
import { createCredentialStore } from '../../../../src/sovereign/credentials/credential-store.js';
import { objectStorageEndpoint } from '../../../../src/sovereign/object-storage.js';
import { parseSpec } from '../../../../src/sovereign/spec/load-spec.js';
import { overlayEnvironment } from '../../../../src/sovereign/spec/overlays/overlay-environment.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { specText } from '../../../fakes/sovereign-spec.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'credential-input-'));
});
afterEach(() => rmSync(root, { recursive: true }));
const open = (env: Record<string, string> = {}, lab?: Record<string, string>) =>
  createCredentialStore({
    ...{ dir: join(root, 'state'), configDir: join(root, 'config'), env, lab },
    redactor: createRedactor(),
    now: () => new Date('2026-11-29T12:00:00Z'),
  });

const meant = 'AbC+/=123_secret';
const around: [string, string][] = [
  ['a line end', `${meant}\n`],
  ['the line end of Windows', `${meant}\r\n`],
  ['blanks', `  ${meant}\t `],
  ['a byte order mark', `\uFEFF${meant}`],
  ['all of them', `\uFEFF \r\n${meant}\r\n\r\n`],
];
const wrong: [string, string][] = [
  ['quotes', `"${meant}"`],
  ['single quotes', `'${meant}'\n`],
  ['a blank inside', `AbC 123`],
  ['a line end inside', `AbC\n123`],
  ['a control character', `AbC\u0007123`],
  ['a byte order mark inside', `AbC\uFEFF123`],
  ['nothing but blanks', ' \r\n'],
];

describe.each(Object.entries(credentialVariables))('%s, from %s, the store or typed', (name, variable) => {
  it.each(around)('comes without %s', async (_what, raw) => {
    expect(await open({ [variable]: raw }).get(name)).toBe(meant);
    const typed = open();
    typed.offer(name, raw);
    expect(await typed.get(name)).toBe(meant);
    await open().set(name, raw);
    expect(await open().get(name)).toBe(meant);
  });

  it.each(wrong)('is refused with %s', async (_what, raw) => {
    const refused = { code: 'E1304', exitCode: 4, message: expect.not.stringContaining('AbC') };
    await expect(open({ [variable]: raw }).get(name)).rejects.toMatchObject(refused);
    expect(() => open().offer(name, raw)).toThrow(expect.objectContaining(refused));
    const keep = async () => open().set(name, raw);
    await expect(keep()).rejects.toMatchObject(refused);
    expect(await open().find(name)).toBeUndefined();
  });
});

it('leaves alone what catalyst makes itself', () => {
  for (const value of ['two words\n', '"quoted"', '']) {
    expect(acceptCredential('sovereign-kubeconfig', value, 'the store')).toBe(value);
    expect(acceptCredential('generated/harbor', value, 'the store')).toBe(value);
  }
});

it('takes what is asked for, else the environment, else the store, else the lab, and says which', async () => {
  const name = 's3-secret-key';
  const env = { AWS_SECRET_ACCESS_KEY: 'of-the-environment' };
  const lab = { [name]: 'of-the-lab' };
  expect(await open({}, lab).locate(name)).toEqual({ value: 'of-the-lab', source: 'lab' });
  await open().set(name, 'of-the-store');
  expect(await open({}, lab).locate(name)).toEqual({ value: 'of-the-store', source: 'store' });
  const store = open(env, lab);
  expect(await store.locate(name)).toEqual({ value: 'of-the-environment', source: 'environment' });
  expect(await store.withTyped({ [name]: 'asked-for' }).locate(name)).toEqual({ value: 'asked-for', source: 'asked' });
  expect(await store.get(name)).toBe('of-the-environment');
});

it('an S3 endpoint of the environment is that of the tree as well', async () => {
  const own = parseSpec(specText, 'omantel.yaml');
  const reached = overlayEnvironment(own, { AWS_ENDPOINT_URL_S3: 'https://s3.example.org/\n' });
  expect(objectStorageEndpoint(reached.spec)).toBe('https://s3.example.org');
  expect(JSON.stringify(variablesOf(reached))).toContain('https://s3.example.org');
  expect(overlayEnvironment(own, {})).toBe(own);
  expect(overlayEnvironment(own, { HCLOUD_ENDPOINT: 'https://h/v1' }).spec.hetzner.endpoint).toBe('https://h/v1');
});

it('reads a store with the passphrase alone, whatever ended the line that it came from', async () => {
  await open({ CATALYST_PASSPHRASE: 'correct  horse' }).set('hcloud-token', 'kept');
  expect(await open({ CATALYST_PASSPHRASE: 'correct  horse\r\n' }).find('hcloud-token')).toBe('kept');
  for (const bad of ['correct\nhorse', 'correct\thorse', '\n'])
    expect(() => open({ CATALYST_PASSPHRASE: bad })).toThrow(expect.objectContaining({ code: 'E1304' }));
});
