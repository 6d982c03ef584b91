/** For the story of a walked Sovereign: its Object Storage keys change, the process dies midway, and the old pair is revoked. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { createRedactor } from '../../src/support/redact/redact.js';
import { createBinaries } from '../../src/tools/exec/binaries.js';
import { createExec } from '../../src/tools/exec/exec.js';
import type { Catalyst, LabInfo } from './catalyst.js';

const secrets = [
  'flux-system/object-storage',
  'openbao/openbao-object-storage',
  'harbor/harbor-object-storage',
  'velero/velero-object-storage',
  'observability/observability-object-storage',
];

interface Told {
  secrets: string[];
  restarted: string[];
  oldKeys: string;
  mutations?: string[];
}

interface Entry {
  kind: string;
  step?: string;
  inputs?: { sentence?: string };
}

export async function rotateAndRevoke(catalyst: Catalyst, lab: LabInfo) {
  const at = ['--lab', catalyst.lab];
  const rotate = (...more: string[]) =>
    catalyst.json<Told>(['credentials', 'rotate', 'object-storage', ...more, ...at]);
  const sentences = async () => {
    const { document } = await catalyst.json<Entry[]>(['journal', 'show', ...at]);
    return document.result
      .filter(({ kind, step }) => kind === 'begin' && step === 'rotate-object-storage')
      .map(({ inputs }) => inputs?.sentence);
  };
  const binaries = createBinaries({
    exec: createExec(createRedactor()),
    env: process.env,
    cacheDir: join(homedir(), '.cache', 'catalyst'),
  });
  const held = async (secret: string) => {
    const [namespace = '', name = ''] = secret.split('/');
    const get = ['--kubeconfig', lab.kubeconfigs.sovereign, '-n', namespace, 'get', 'secret', name, '-o', 'json'];
    const { stdout } = await promisify(execFile)(await binaries.path('kubectl'), get);
    const { data } = JSON.parse(stdout);
    return Object.values(data as Record<string, string>)
      .map((value) => Buffer.from(value, 'base64').toString())
      .join('\n');
  };

  const made = await catalyst.run(['lab', 'keys', '--make', ...at]);
  const [accessKey = '', secretKey = ''] = made.stdout.trim().split('\n');
  const file = join(catalyst.home, 'new-keys');
  writeFileSync(file, made.stdout, { mode: 0o600 });

  const dry = await rotate('--from-file', file, '--dry-run');
  expect(dry.code, JSON.stringify(dry.document.error)).toBe(0);
  expect(await sentences()).toEqual([]);
  expect(dry.document.result.mutations).toContainEqual(expect.stringMatching(/sealed, into the Sovereign's Gitea/));

  // Dies while consumers restart: some run with the new keys then, some with the old.
  const state = join(catalyst.home, 'catalyst', 'labs', catalyst.lab, 'state');
  const died = await catalyst.run(['credentials', 'rotate', 'object-storage', '--from-file', file, ...at], {
    killWhen: {
      file: join(state, 'omantel.omani.works', 'journal.jsonl'),
      holds: (text) => (text.match(/"kind":"begin"[^\n]*so that it reads the new keys/g) ?? []).length > 2,
    },
  });
  expect(died.signal).toBe('SIGKILL');
  const resumed = await rotate('--resume');
  expect(resumed.document, JSON.stringify(resumed.document.error)).toMatchObject({
    status: 'ok',
    result: { secrets: [], oldKeys: 'accepted' },
  });
  expect(resumed.document.result.restarted.length).toBeGreaterThan(0);
  expect(new Set(await sentences())).toEqual(new Set(dry.document.result.mutations));

  const oldKey = lab.credentials['s3-access-key']!;
  expect((await catalyst.run(['lab', 'keys', '--revoke', oldKey, ...at])).code).toBe(0);
  const done = await rotate('--resume');
  expect(done.document.result).toMatchObject({ secrets: [], restarted: [], oldKeys: 'refused' });
  for (const secret of secrets) {
    const text = await held(secret);
    expect(text, secret).toContain(accessKey);
    expect(text, secret).toContain(secretKey);
    expect(text, secret).not.toContain(oldKey);
  }
  const journal = await catalyst.run(['journal', 'show', '--json', ...at]);
  const log = readFileSync(lab.requestLog, 'utf8');
  for (const text of [journal.stdout, log, died.stdout, died.stderr]) expect(text).not.toContain(secretKey);
}
