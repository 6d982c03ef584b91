import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256 } from '../../support/hash.js';
import { parseYamlStream } from '../../support/yaml/yaml.js';
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
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    documents[sha256(text)] = parseYamlStream(text);
    if (basename(file) !== 'blueprint.yaml') continue;
    const checked = metadataSchema.safeParse(documents[sha256(text)]?.[0]);
    if (checked.success) metadata[sha256(text)] = checked.data;
  }
  return { path: keptAt(root), parsed: { documents, metadata } };
}
