// After tsc: dist/run, what bin/run.js starts. Our code and the libraries that every start loads, in a few files: finding and
// reading hundreds of modules took longer than most commands (docs/decisions/0006). Other libraries stay where npm put them.
// CommonJS: Node starts it some 10 ms sooner than modules that it has to link.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist/run');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Of our dependencies, those that are bundled, with all that they depend on. */
const bundled = ['@oclif/core', 'fastest-levenshtein', 'js-yaml', 'json-canonicalize', 'p-limit', 'semver', 'yaml', 'zod'];
const outside = Object.keys(dependencies).filter((name) => !bundled.includes(name));
const isOutside = (id) => outside.some((name) => id === name || id.startsWith(`${name}/`));

function entries() {
  const commands = readdirSync(join(root, 'dist/commands'), { recursive: true }).filter((file) => file.endsWith('.js'));
  const named = commands.map((file) => [`commands/${file.slice(0, -'.js'.length)}`, `dist/commands/${file}`]);
  const own = { main: 'dist/src/cli/command/main.js', help: 'dist/src/cli/command/help.js', lab: 'dist/lab/src/main.js' };
  return { ...own, ...Object.fromEntries(named) };
}

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
function keep(files) {
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

removeStale('commands');
const bundle = await rolldown({ cwd: root, input: entries(), platform: 'node', external: isOutside, logLevel: 'warn' });
const { output } = await bundle.generate({
  format: 'cjs',
  exports: 'named',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
});
keep([...output, { fileName: 'package.json', code: '{ "type": "commonjs" }\n' }]);
await bundle.close();
