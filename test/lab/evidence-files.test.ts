/** Story: somebody is handed an evidence file that is none. One line says so, at once, in little memory, with exit 3. */
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const bin = join(import.meta.dirname, '../../bin/run.js');
const dod = JSON.stringify({ fqdn: 'a.b.c', verdict: 'PASS', finishedAt: 'x', items: [] });

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'evidence-'));
  writeFileSync(join(dir, 'key.pub'), 'no key');
  const tar = (name: string, args: string[]) =>
    execFileSync('tar', ['-C', join(dir, 'in'), '-cf', join(dir, name), ...args]);
  mkdirSync(join(dir, 'in'));
  for (const [name, text] of Object.entries({ 'dod.json': dod, 'index.json': '{}', 'statement.dsse.json': '{}' }))
    writeFileSync(join(dir, 'in', name), text);
  tar('forms.tar', ['dod.json', 'index.json', 'statement.dsse.json']);
  tar('twice.tar', ['dod.json', './dod.json', 'dod.json', '--hard-dereference']);
  symlinkSync('/etc/passwd', join(dir, 'in', 'link'));
  tar('link.tar', ['link', 'dod.json']);
  execFileSync('mkfifo', [join(dir, 'fifo'), join(dir, 'in', 'pipe')]);
  tar('pipe.tar', ['pipe', 'dod.json']);
  symlinkSync('/dev/zero', join(dir, 'device'));
  // 400 MB of zeros in 400 kB, and a file that claims to be 6 GB.
  writeFileSync(join(dir, 'bomb.tar'), Buffer.concat(Array(400).fill(gzipSync(Buffer.alloc(2 ** 20)))));
  const sparse = openSync(join(dir, 'sparse.tar'), 'w');
  ftruncateSync(sparse, 6 * 2 ** 30);
  closeSync(sparse);
  // As much JSON as a report may have, in its most expensive form.
  writeFileSync(join(dir, 'in', 'dod.json'), `[${'[],'.repeat(5_500_000)}[]]`);
  tar('arrays.tar', ['dod.json', 'index.json', 'statement.dsse.json']);
  // An index nested deeper than any stack, and one whose numbers are none.
  writeFileSync(join(dir, 'in', 'dod.json'), dod);
  writeFileSync(join(dir, 'in', 'index.json'), '['.repeat(500_000) + ']'.repeat(500_000));
  tar('deep.tar', ['dod.json', 'index.json', 'statement.dsse.json']);
  writeFileSync(join(dir, 'in', 'index.json'), '{"version":1e999,"files":[{"path":"x","sha256":"x","bytes":-1e999}]}');
  tar('numbers.tar', ['dod.json', 'index.json', 'statement.dsse.json']);
  // Writes its greatest memory, in kB, when it ends.
  writeFileSync(
    join(dir, 'peak.mjs'),
    `import { writeFileSync } from 'node:fs'; process.on('exit', () => writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS)));`,
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(args: string[]): Promise<{ code: number | null; out: string; err: string; peakMb: number }> {
  const peak = join(dir, 'peak');
  const env = { ...process.env, XDG_STATE_HOME: dir, PEAK: peak, NODE_OPTIONS: `--import ${join(dir, 'peak.mjs')}` };
  return new Promise((resolve, reject) => {
    // Not a wait: nothing but the limit ends a process that hangs.
    const child = spawn(process.execPath, [bin, ...args], { env, cwd: dir, timeout: 30_000, killSignal: 'SIGKILL' });
    const text = { out: '', err: '' };
    child.stdout.on('data', (data) => (text.out += data));
    child.stderr.on('data', (data) => (text.err += data));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...text, peakMb: Number(readFileSync(peak, 'utf8')) / 1024 }));
  });
}

describe.each(['twice', 'link', 'pipe', 'bomb', 'sparse', 'forms', 'arrays', 'deep', 'numbers', 'fifo', 'device'])(
  '%s',
  (name) => {
    const file = () => join(dir, ['fifo', 'device'].includes(name) ? name : `${name}.tar`);

    it.each([
      ['verify', 'evidence'],
      ['evidence', 'show'],
    ])('%s %s', async (topic, verb) => {
      const key = topic === 'verify' ? ['--key', join(dir, 'key.pub')] : [];
      const text = await run([topic, verb, file(), ...key]);
      const [first] = text.err.split('\n');
      expect(text.code, text.err).toBe(3);
      expect(first).toMatch(/^✖ .* is not a complete evidence bundle: /);
      expect(text.peakMb).toBeLessThan(200);
      const json = await run([topic, verb, file(), ...key, '--json']);
      expect(JSON.parse(json.out)).toMatchObject({ status: 'check-failed', error: { code: 'E6110', exitCode: 3 } });
    });
  },
);
