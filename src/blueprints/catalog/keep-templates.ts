import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../../support/hash.js';
import { parseYamlStream } from '../../support/yaml/read-yaml.js';
import { chartKey, readOwnChart } from '../charts/own-chart.js';
import { type Metadata, metadataSchema } from './metadata-schema.js';
import { keptAt, type ParsedTemplates } from './parsed-templates.js';

/** For the build: every YAML file below `root`. A chart of ours is text for helm, not YAML. */
export async function parseTemplates(root: string): Promise<{ path: string; parsed: ParsedTemplates }> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml') && !/\/chart(\/|$)/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const documents: Record<string, unknown[]> = {};
  const metadata: Record<string, Metadata> = {};
  const charts: Record<string, string> = {};
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    documents[sha256(text)] = parseYamlStream(text);
    if (basename(file) !== 'blueprint.yaml') continue;
    const checked = metadataSchema.safeParse(documents[sha256(text)]?.[0]);
    if (!checked.success) continue;
    metadata[sha256(text)] = checked.data;
    const { name } = checked.data.chart;
    const own = await readOwnChart(dirname(file), name);
    if (own) charts[chartKey(name, own.files)] = own.tgz.toString('base64');
  }
  return { path: keptAt(root), parsed: { documents, metadata, charts } };
}
