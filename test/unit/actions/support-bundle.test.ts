import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/actions/session/context.js';
import { supportBundle } from '../../../src/actions/support-bundle.js';
import { systemClock } from '../../../src/support/clock.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { omantel } from '../../fakes/fake-world.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'support-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const values = {
  secret: 'leaks-1',
  accessKey: 'leaks-2',
  auth: { passphrase: 'leaks-3', clientSecret: 'leaks-4', pin: 730115 },
  core: { xsrfKey: 'leaks-5', replicas: 2 },
  env: [{ name: 'DATABASE_URL', value: 'leaks-6' }],
  enabled: true,
};

async function bundle() {
  const state = join(dir, 'state');
  mkdirSync(join(state, 'plans'), { recursive: true });
  mkdirSync(join(state, 'evidence'));
  const registered = 'registered "secret" \\ of the store';
  const redactor = createRedactor();
  redactor.register(registered);
  writeFileSync(
    join(state, 'journal.jsonl'),
    `${JSON.stringify({ v: 1, inputs: { message: `got ${registered}` } })}\n`,
  );
  writeFileSync(join(state, 'plans', 'purge-1.json'), '{"kind":"plan"}');
  writeFileSync(join(state, 'plans', 'torn.json'), '{"token');
  writeFileSync(join(state, 'sovereign.yaml'), 'leaks-7');
  writeFileSync(join(state, 'notes.txt'), 'leaks-8');
  writeFileSync(join(state, 'evidence', 'dod.html'), 'leaks-9');
  writeFileSync(join(state, 'secrets.age'), 'leaks-10');
  const context = {
    clock: systemClock,
    redactor,
    env: { HCLOUD_TOKEN: 'leaks-11' },
    root: join(import.meta.dirname, '../../..'),
    options: { dryRun: false },
    stateDir: async () => state,
    credentials: async () => ({ list: async () => [] }),
    spec: async () => ({
      sovereign: omantel(
        { endpoint: 'https://me:leaks-12@api.example.org' },
        { blueprints: { 'bp-harbor': { values } } },
      ),
    }),
    world: async () => Promise.reject(new Error('no world')),
  } as unknown as Context;
  const result = await supportBundle(context, { out: join(dir, 'out.tar.gz') });
  return { result, text: gunzipSync(readFileSync(result.file)).toString() };
}

describe('a support bundle', () => {
  it('holds what is on its list, without values of charts, and names what it leaves out', async () => {
    const { result, text } = await bundle();
    expect(text.match(/leaks-\d+|730115/g)).toBeNull();
    expect(text).not.toContain('of the store');
    // What helps to diagnose is there: the structure, and settings that are no secret.
    for (const part of ['clientSecret: (string)', 'pin: (number)', 'replicas: 2', 'enabled: true', 'HCLOUD_TOKEN'])
      expect(text).toContain(part);
    expect(result.files.sort()).toEqual([
      'about.json',
      'redacted.json',
      'sovereign.yaml',
      'state/journal.jsonl',
      'state/plans/purge-1.json',
    ]);
    const left = result.left.map(({ file }) => file).sort();
    expect(left).toEqual([
      'preflight.json',
      'state/evidence/dod.html',
      'state/notes.txt',
      'state/plans/torn.json',
      'state/secrets.age',
      'state/sovereign.yaml',
    ]);
    expect(result.redacted).toContainEqual({ file: 'state/journal.jsonl', values: 1 });
  });
});
