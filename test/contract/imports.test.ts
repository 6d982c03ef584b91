import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileOf, importsIn, importsOf, root, sources, valueCycles } from './source-imports.js';

/** Lower floors first; rooms of one floor do not import each other. */
const floors: readonly (readonly string[])[] = [
  ['support'],
  ['engine'],
  ['tools'],
  ['kubernetes'],
  ['sovereign'],
  ['evidence'],
  ['hetzner', 'blueprints', 'mother'],
  ['world'],
  ['preflight', 'scans'],
  ['walk'],
  ['handover'],
  ['verification'],
  ['actions'],
  ['cli'],
  ['commands'],
];
const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room));

/** Only these places may name these packages. */
const reserved: Record<string, (file: string) => boolean> = {
  // the witness is no program that ends: it serves for as long as it is watched
  execa: (file) => ['src/tools/exec/exec.ts', 'src/tools/exec/loopback-witness.ts'].includes(file),
  'js-yaml': (file) => file.startsWith('src/support/'),
  yaml: (file) => ['edit', 'rendered', 'write'].some((what) => file === `src/support/yaml/${what}-yaml.ts`),
  '@observablehq/plot': (file) => file.startsWith('src/verification/report/'),
  linkedom: (file) => file === 'src/verification/report/plotter.ts',
  listr2: (file) => file.startsWith('src/cli/'),
  '@inquirer/prompts': (file) => file.startsWith('src/cli/'),
  '@oclif/core': (file) => file.startsWith('src/cli/') || file.startsWith('commands/'),
  'tar-stream': (file) => file.startsWith('src/tools/tar/'),
  'hcloud-js': (file) => file === 'src/hetzner/api/transport.ts',
};

const all = [...sources('src'), ...sources('commands')].flatMap(importsOf);
const roomOf = (path: string) => (path.startsWith('src/') ? path.split('/')[1]! : path.split('/')[0]!);

const opens = (file: string) => file.startsWith('src/tools/') || file.startsWith('src/kubernetes/client/');

describe('imports', () => {
  it('reads the imports of every room', () => {
    expect(all.length).toBeGreaterThan(300);
    expect(all.some(({ target }) => target === 'execa')).toBe(true);
  });

  it('go downwards only', () => {
    const wrong = all
      .filter(({ target }) => target.startsWith('.'))
      .map((entry) => ({ ...entry, to: relative(root, join(root, dirname(entry.file), entry.target)) }))
      .filter(({ file, to }) => {
        const [from, into] = [roomOf(file), roomOf(to)];
        if (from === into) return false;
        if (floorOf(from) === -1 || floorOf(into) === -1) return true;
        return floorOf(into) >= floorOf(from);
      })
      .map(({ file, to }) => `${file} → ${to}`);
    expect(wrong).toEqual([]);
  });

  it('of the tests of the engine are of the engine and support alone', () => {
    const wrong = sources('test/unit/engine')
      .flatMap(importsOf)
      .map((one) => ({ ...one, to: fileOf(one) }))
      .filter(({ to }) => to !== undefined && !/^(src\/engine|src\/support|test\/unit\/engine)\//.test(to))
      .map(({ file, to }) => `${file} → ${to}`);
    expect(wrong).toEqual([]);
  });

  it('make no circle of files through values, in the product and the lab', () => {
    const lab = [...sources('lab/src'), ...sources('lab/commands')].flatMap(importsOf);
    expect(valueCycles([...all, ...lab])).toEqual([]);
  });

  it('are found to make a circle through values, by whatever way it leads, and never through types', () => {
    const circle = [
      ...importsIn('src/a/one.ts', "import { two } from '../b/two.js';"),
      ...importsIn('src/b/two.ts', "const three = () => import('./three.js');"),
      ...importsIn('src/b/three.ts', "export { one } from '../a/one.js';"),
      ...importsIn('src/b/four.ts', "import { one } from '../a/one.js';"),
    ];
    expect(valueCycles(circle)).toEqual([['src/a/one.ts', 'src/b/three.ts', 'src/b/two.ts']]);
    expect(valueCycles(circle.map((one) => ({ ...one, typeOnly: one.file === 'src/b/three.ts' })))).toEqual([]);
    const workspace = [
      ...importsIn('lab/src/one.ts', "import { two } from 'catalyst/two.js';"),
      ...importsIn('src/two.ts', "import { one } from '../lab/src/one.js';"),
    ];
    expect(valueCycles(workspace)).toEqual([['lab/src/one.ts', 'src/two.ts']]);
  });

  it('are none of the lab, which imports what package.json publishes and no more', () => {
    const published = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports);
    const inProduct = all
      .filter(({ target }) => /(^|\/)lab\/|^catalyst-lab/.test(target))
      .map(({ file, target }) => `${file} → ${target}`);
    const inLab = [...sources('lab/src'), ...sources('lab/commands')]
      .flatMap(importsOf)
      .filter(({ file, target, typeOnly }) => {
        if (target.startsWith('.')) return !relative(root, join(root, dirname(file), target)).startsWith('lab/');
        return (
          target.startsWith('catalyst/') && !typeOnly && !published.includes(`./${target.slice('catalyst/'.length)}`)
        );
      });
    expect([...inProduct, ...inLab.map(({ file, target }) => `${file} → ${target}`)]).toEqual([]);
  });

  it.each(Object.entries(reserved))('%s is known in its own place alone', (name, allowed) => {
    const wrong = all
      .filter(({ target }) => target === name || target.startsWith(`${name}/`))
      .filter(({ file }) => !allowed(file) && !file.startsWith('lab/src/'))
      .map(({ file }) => file);
    expect(wrong).toEqual([]);
  });

  it('of what draws charts are lazy: they are loaded with the first chart, not with a command', () => {
    const drawing = all.filter(({ target }) => /^(@observablehq\/plot|linkedom)(\/|$)/.test(target));
    expect(drawing.filter(({ dynamic, typeOnly }) => dynamic && !typeOnly)).toHaveLength(2);
    expect(drawing.filter(({ dynamic, typeOnly }) => !dynamic && !typeOnly)).toEqual([]);
  });

  it('open no connection of their own outside of tools and the client of Kubernetes: what is asked goes by a reader, what writes comes from the gate', () => {
    const modules = ['node:http', 'node:https', 'node:http2', 'http', 'https', 'http2', 'undici'];
    const wrong = all
      .filter(({ target, typeOnly }) => modules.includes(target) && !typeOnly)
      .filter(({ file }) => !opens(file) && !file.startsWith('lab/src/'))
      .map(({ file, target }) => `${file} → ${target}`);
    const fetching = [...sources('src'), ...sources('commands')]
      .filter((file) => !opens(file) && !file.startsWith('lab/src/'))
      .filter((file) => /(?<![.\w])(globalThis\.)?fetch\(/.test(readFileSync(join(root, file), 'utf8')));
    expect([...wrong, ...fetching]).toEqual([]);
  });

  it('start no process outside of exec and the start of the lab', () => {
    const wrong = all
      .filter(({ target }) => target === 'node:child_process')
      .filter(({ file }) => !file.startsWith('lab/src/'))
      .map(({ file }) => file);
    expect(wrong).toEqual([]);
  });
});
