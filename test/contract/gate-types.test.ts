/** Only the gate hands out what writes: every other way fails to compile, each at its own last statement. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, 'fixtures');
const tsc = join(import.meta.dirname, '../../node_modules/.bin/tsc');
const compiled = spawnSync(tsc, ['-p', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' });
const errors = compiled.stdout
  .split('\n')
  .map((line) => /^([\w.-]+)\((\d+),\d+\): error (TS\d+): (.*)$/.exec(line))
  .filter((match) => match !== null)
  .map(([, file = '', line = '', code = '', message = '']) => ({ file, line: Number(line), code, message }));

/** What each fixture must be refused for: by the line that writes, and for having nothing to write with. */
const refused: Record<string, { at: RegExp; code: string }> = {
  'adapters-of-the-session.ts': { at: /session\.adapters/, code: 'TS2339' },
  'bucket-by-a-reader.ts': { at: /deleteBucket/, code: 'TS2339' },
  'helm-by-a-reader.ts': { at: /upgradeInstall/, code: 'TS2339' },
  'hetzner-by-a-reader.ts': { at: /delete\('server'/, code: 'TS2339' },
  'program-by-the-world.ts': { at: /world\.exec/, code: 'TS2339' },
  'push-by-a-reader.ts': { at: /publish/, code: 'TS2339' },
  'raw-http-write.ts': { at: /method: 'POST'/, code: 'TS2322' },
  'write-by-a-reader.ts': { at: /\.delete\(ref\)/, code: 'TS2339' },
  'writer-outside-act.ts': { at: /writers\.mother/, code: 'TS2304' },
};

describe('what writes outside of act', () => {
  it('is tried by every fixture, beside the one that compiles', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    expect(files.sort()).toEqual([...Object.keys(refused), 'writes-by-act.ts'].sort());
    expect(errors.filter(({ file }) => file === 'writes-by-act.ts')).toEqual([]);
    expect(compiled.stdout).not.toMatch(/^\.\.\//m);
  });

  it.each(Object.entries(refused))('does not compile: %s', (file, { at, code }) => {
    const [only, ...others] = errors.filter((error) => error.file === file);
    expect(only, compiled.stdout).toMatchObject({ code });
    expect(readFileSync(join(folder, file), 'utf8').split('\n')[only!.line - 1]).toMatch(at);
    expect(others).toEqual([]);
  });
});
