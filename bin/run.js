#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const [major, minor, patch] = process.versions.node.split('.').map(Number);
/** Of `^22.22.2 || >=26.0.0` one that holds; no library is loaded before that is known. */
const fits = engines.node.split(' || ').some((range) => {
  const [first, second, third] = range.match(/\d+/g).map(Number);
  if (major !== first) return range.startsWith('>=') && major > first;
  return minor > second || (minor === second && patch >= third);
});
if (!fits) {
  process.stderr.write(
    `catalyst needs Node ${engines.node.replaceAll(' || ', ' or ')}; this is ${process.version}.\n  Try:  npx --yes node@24 ${JSON.stringify(process.argv[1])} ${process.argv.slice(2).join(' ')}\n        or install Node 24: https://nodejs.org\n        in a checkout: npm start, or npx catalyst …, which bring their own Node\n`,
  );
  process.exit(2);
}
if (!existsSync(new URL('../dist/run/main.js', import.meta.url))) {
  process.stderr.write(
    'catalyst is not built yet in this checkout.\n  Try:  npm run build\n        or npm start, which builds it first\n',
  );
  process.exit(2);
}
const { main } = await import('../dist/run/main.js');
await main(import.meta.url);
