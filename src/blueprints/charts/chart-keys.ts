/** Value keys that a chart does not know. Most charts have no schema, and helm takes an unknown key without a word. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseYamlStream } from '../../support/yaml/read-yaml.js';
import { isMap, type Values } from '../render/merge.js';

/** A key is known when values.yaml has it, or when a template or the documentation of values.yaml names it. */
export async function unknownKeys(chart: string, values: Values): Promise<string[]> {
  const entries = await readdir(chart, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(ya?ml|tpl|txt|json)$/.test(entry.name));
  const read = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')));
  const words = new Set(
    read
      .join('\n')
      .match(/[A-Za-z0-9_.-]+/g)
      ?.flatMap((word) => [word, ...word.split('.')]),
  );
  const [defaults] = parseYamlStream(await readFile(join(chart, 'values.yaml'), 'utf8').catch(() => '{}'));
  return [...missing(values, isMap(defaults) ? defaults : {}, '', words)];
}

function* missing(values: Values, defaults: Values, path: string, words: ReadonlySet<string>): Generator<string> {
  for (const [key, value] of Object.entries(values)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (!(key in defaults)) {
      if (!words.has(key)) yield at;
      continue;
    }
    const below = defaults[key];
    if (isMap(value) && isMap(below) && Object.keys(below).length > 0) yield* missing(value, below, at, words);
  }
}
