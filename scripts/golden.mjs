// `npm run golden`: writes the trees that test/golden compares with, one for each replica profile of examples/omantel.yaml.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadBlueprints } from '../dist/src/blueprints/catalog/load.js';
import { renderTree } from '../dist/src/blueprints/render/render.js';
import { sovereignSchema } from '../dist/src/sovereign/spec/schema.js';
import { parseYamlStream } from '../dist/src/support/yaml/read-yaml.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const blueprints = await loadBlueprints(join(root, 'templates', 'blueprints'));
const [document] = parseYamlStream(readFileSync(join(root, 'examples', 'omantel.yaml'), 'utf8'));

for (const profile of ['solo', 'ha']) {
  const sovereign = sovereignSchema.parse({ ...document, spec: { ...document.spec, profile } });
  const out = join(root, 'test', 'golden', 'trees', profile);
  rmSync(out, { recursive: true, force: true });
  for (const file of renderTree(sovereign, blueprints).folders.flatMap((folder) => folder.files)) {
    mkdirSync(dirname(join(out, file.path)), { recursive: true });
    writeFileSync(join(out, file.path), file.text);
  }
}
