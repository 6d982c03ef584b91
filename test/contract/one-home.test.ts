/** Facts that had several homes, each of which could be changed alone. The lab is asked too where it takes the fact from the product. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

it.each([
  [
    'the slug of an FQDN',
    /fqdn\)?\.replaceAll\('\.', '-'\)|owner\.replaceAll\('\.', '-'\)/,
    'src/sovereign/sovereign-names.ts',
  ],
  ["the label with a Sovereign's FQDN", /'catalyst\.openova\.io\/sovereign'/, 'src/sovereign/sovereign-names.ts'],
  [
    'what it means that there is no cluster yet',
    /if \(!?isCatalystError\(error, 'E3101'\)\) (?:return undefined|return \[\]|throw)/,
    'src/world/kube-if-any.ts',
  ],
  ['the name of a bucket', /bucketPrefix\}-(?!probe)/, 'src/sovereign/object-storage.ts'],
  [
    'who has a bucket',
    /\[(?=[^\]]*'harbor')(?=[^\]]*'loki')(?=[^\]]*'velero')[^\]]*\]/,
    'src/sovereign/object-storage.ts',
  ],
])('%s is written down once', (_fact, written, home) => {
  expect(sources.filter(({ text }) => written.test(text)).map(({ file }) => file)).toEqual([home]);
});
