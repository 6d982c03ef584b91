// After tsc: dist/run, what bin/run.js starts, and lab/dist/run, what the lab is loaded from. Our code and the libraries that every
// start loads, in a few files: finding and reading hundreds of modules took longer than most commands (docs/decisions/0006). Other
// libraries stay where npm put them. CommonJS: Node starts it some 10 ms sooner than modules that it has to link.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const product = read('package.json');
const lab = read('lab/package.json');

/** What is bundled, with all that it depends on; the large ones are no dependencies, so that nobody installs what tree shaking leaves out. */
const bundled = [
  '@kubernetes/client-node',
  '@observablehq/plot',
  '@oclif/core',
  'age-encryption',
  'axios',
  'cli-truncate',
  'fastest-levenshtein',
  'hcloud-js',
  'js-yaml',
  'json-canonicalize',
  'linkedom',
  'p-limit',
  'semver',
  'yaml',
  'zod',
];

const commandsIn = (folder) =>
  Object.fromEntries(
    readdirSync(join(root, folder), { recursive: true })
      .filter((file) => file.endsWith('.js'))
      .map((file) => [`commands/${file.slice(0, -'.js'.length)}`, `${folder}/${file}`]),
  );

/** What package.json publishes for the lab, as entries of the same bundle: both then have one copy of each file. */
const published = Object.keys(product.exports)
  .filter((path) => path.endsWith('.js'))
  .map((path) => path.slice('./'.length, -'.js'.length));

/** What a deleted source file left in dist would still be a command. */
function removeStale(folder) {
  for (const entry of readdirSync(join(root, 'dist', folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeStale(path);
    else if (path.endsWith('.js') && !existsSync(join(root, path.replace(/\.js$/, '.ts')))) {
      rmSync(join(root, 'dist', path));
    }
  }
}

/** Only what differs is written, and what is left over goes last: a catalyst that runs meanwhile may still load of it. */
function keep(out, files) {
  for (const { fileName, code } of files) {
    const file = join(out, fileName);
    if (existsSync(file) && readFileSync(file, 'utf8') === code) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
  const names = new Set(files.map(({ fileName }) => fileName));
  for (const file of readdirSync(out, { recursive: true }))
    if (file.endsWith('.js') && !names.has(file)) rmSync(join(out, file));
}

/** The licenses of the libraries that these modules are of: most want to be where their code is. */
function licenses(modules) {
  const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []);
  const byText = new Map();
  for (const folder of [...new Set(folders)].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `${license}`;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  return [...byText].map(([text, names]) => `${names.join(', ')}\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}

async function bundle(out, input, outside) {
  const external = (id) => outside.some((name) => id === name || id.startsWith(`${name}/`));
  const made = await rolldown({ cwd: root, input, platform: 'node', external, logLevel: 'warn' });
  const { output } = await made.generate({
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  const modules = output.flatMap(({ moduleIds = [] }) => moduleIds);
  keep(join(root, out), [
    ...output,
    { fileName: 'package.json', code: '{ "type": "commonjs" }\n' },
    { fileName: 'LICENSES.txt', code: licenses(modules) },
  ]);
  await made.close();
}

removeStale('commands');
removeStale('lab/commands');
await bundle(
  'dist/run',
  {
    main: 'dist/src/cli/command/main.js',
    help: 'dist/src/cli/command/help.js',
    ...Object.fromEntries(published.map((path) => [`exports/${path}`, `dist/src/${path}.js`])),
    ...commandsIn('dist/commands'),
  },
  Object.keys(product.dependencies).filter((name) => !bundled.includes(name)),
);
await bundle(
  'lab/dist/run',
  { main: 'dist/lab/src/start/main.js', index: 'dist/lab/src/index.js', ...commandsIn('dist/lab/commands') },
  // oclif is loaded once; what else is bundled has no CommonJS form.
  ['catalyst', ...Object.keys({ ...lab.dependencies, ...lab.peerDependencies }).filter((name) => name === '@oclif/core' || !bundled.includes(name))],
);
