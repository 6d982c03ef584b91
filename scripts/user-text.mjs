/**
 * Every string of the source that can reach a person: the literals and templates that contain a blank.
 *
 *     node scripts/user-text.mjs > user-text.txt
 *
 * writes one line for each (`file:line<TAB>text`), for someone to read from top to bottom.
 * The vocabulary contract test reads the same list.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';

const root = join(import.meta.dirname, '..');

/** Folders of the product whose strings people may read. */
export const folders = ['commands', 'src'];

/** Sources below a folder, relative to the root of the repository. */
export function sources(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** Visits every node below `node` but imports, types and what a `${}` contains, which is visited for itself. */
function* nodes(node) {
  if (Array.isArray(node)) {
    for (const item of node) yield* nodes(item);
    return;
  }
  if (node === null || typeof node !== 'object' || typeof node.type !== 'string') return;
  if (node.type === 'ImportDeclaration' || node.type === 'TSLiteralType') return;
  yield node;
  for (const [key, value] of Object.entries(node)) if (key !== 'quasis') yield* nodes(value);
}

/**
 * The sentences of one source: `{line, text}`, with `${…}` where a value goes.
 * A literal without a blank is a key, not a sentence.
 */
export function sentences(source) {
  const lineOf = (offset) => source.slice(0, offset).split('\n').length;
  const found = [];
  for (const node of nodes(parseAst(source, { lang: 'ts' }).body)) {
    let text;
    if (node.type === 'Literal' && typeof node.value === 'string') text = node.value;
    if (node.type === 'TemplateLiteral') {
      text = node.quasis.map((quasi, index) => {
        const expression = node.expressions[index];
        return quasi.value.cooked + (expression ? `\${${source.slice(expression.start, expression.end)}}` : '');
      });
      text = text.join('');
    }
    if (text?.includes(' ')) found.push({ line: lineOf(node.start), text });
  }
  return found;
}

/** All sentences of the product, as `{file, line, text}`. */
export function userText() {
  return folders
    .flatMap(sources)
    .flatMap((file) => sentences(readFileSync(join(root, file), 'utf8')).map((found) => ({ file, ...found })));
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { file, line, text } of userText())
    process.stdout.write(`${file}:${line}\t${text.replaceAll('\n', '\\n')}\n`);
