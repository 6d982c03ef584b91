/**
 * What YAML files parse to, kept by the build beside the compiled code: parsing all templates takes longer than rendering
 * them. An entry stands for the very bytes of its file, so a template that changed since is parsed as ever.
 */
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../support/hash.js';
import { parseYamlStream } from '../support/yaml.js';

/** sha256 of a file's text → its documents. */
export type ParsedTemplates = Readonly<Record<string, unknown[]>>;

/** Where the build puts them, seen from `templates/blueprints`. */
const keptAt = (root: string) => join(root, '..', '..', 'dist', 'templates.json');

/** None when there was no build, as in tests that run from the sources. */
export function readParsed(root: string): ParsedTemplates {
  let text: string;
  try {
    text = readFileSync(keptAt(root), 'utf8');
  } catch {
    return {};
  }
  return JSON.parse(text) as ParsedTemplates;
}

/** Documents of a file's text: a copy of the kept ones, or parsed now. Throws what the parser throws. */
export function documentsOf(text: string, kept: ParsedTemplates): unknown[] {
  return kept[sha256(text)] ?? parseYamlStream(text);
}

/** For the build: every YAML file below `root`. A chart of ours is text for helm, not YAML. */
export async function parseTemplates(root: string): Promise<{ path: string; parsed: ParsedTemplates }> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml') && !/\/chart(\/|$)/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const parsed: Record<string, unknown[]> = {};
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    parsed[sha256(text)] = parseYamlStream(text);
  }
  return { path: keptAt(root), parsed };
}
