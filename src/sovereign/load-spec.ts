/** Reads sovereign.yaml: every finding at once, each with line, column, field and the nearest known name. */
import { readFileSync } from 'node:fs';
import { fail, messageOf } from '../support/errors.js';
import { nearest } from '../support/nearest.js';
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from '../support/yaml.js';
import { checkSpec } from './check-spec.js';
import { type Sovereign, sovereignSchema } from './schema.js';
import { knownNames } from './spec-fields.js';

export interface LoadedSpec {
  sovereign: Sovereign;
  /** Absolute path it was read from (or will be written to). */
  path: string;
}

export interface SpecFinding {
  line: number;
  column: number;
  /** `spec.hetzner.location`. */
  field: string;
  message: string;
  /** Nearest known name of a mistyped one. */
  nearest?: string;
}

type Path = readonly (string | number)[];

/** Throws E1102 when it cannot be read or is not YAML, E1101 with all findings when it does not follow the schema. */
export function loadSpec(path: string, options: { chosen?: boolean } = {}): LoadedSpec {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw fail('E1102', missing ? `There is no spec at ${path}.` : `${path} cannot be read: ${messageOf(error)}.`, {
      actions: [
        'catalyst init',
        'or name another with --spec FILE',
        'or try it on the built-in lab with --lab default',
      ],
      cause: error,
      data: { path, missing, chosen: options.chosen === true },
    });
  }
  return { sovereign: parseSpec(text, path), path };
}

/** The spec in `text`; `path` is for messages. */
export function parseSpec(text: string, path: string): Sovereign {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const [problem] = document.errors;
  if (problem) {
    const { line, col } = counter.linePos(problem.pos[0]);
    const [what] = problem.message.split('\n');
    throw fail('E1102', `${path}:${line}:${col}: not YAML: ${what}`, { data: { line, column: col } });
  }
  const locate = (at: Path, key?: string) => position(document, counter, at, key);
  // One document: compiling the schema first takes longer than walking it.
  const parsed = sovereignSchema.safeParse(document.toJS() ?? {}, { jitless: true });
  const findings: SpecFinding[] = [];
  if (parsed.success) {
    for (const { path: at, message } of checkSpec(parsed.data)) {
      findings.push({ ...locate(at), field: at.join('.'), message });
    }
    if (findings.length === 0) return parsed.data;
  } else {
    for (const issue of parsed.error.issues) findings.push(...findingsOf(issue, document, locate));
  }
  // A mistyped name is one finding, not also a missing one.
  const meant = new Set(findings.map(({ field, nearest: near }) => near && field.replace(/[^.]*$/, near)));
  const told = findings.filter(({ field, message }) => !(message === 'is missing' && meant.has(field)));
  told.sort((a, b) => a.line - b.line || a.column - b.column);
  throw invalid(path, told);
}

function findingsOf(
  issue: { code: string; path: PropertyKey[]; message: string; keys?: string[] },
  document: Document,
  locate: (at: Path, key?: string) => { line: number; column: number },
): SpecFinding[] {
  const at = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') {
    const present = (document.getIn(at) as { has?: (key: string) => boolean } | undefined) ?? {};
    const names = knownNames(at);
    return (issue.keys ?? []).map((key) => {
      const free = names.filter((name) => !present.has?.(name));
      const near = nearest(key, free) ?? nearest(key, names);
      const hint = near ? `; did you mean "${near}"?` : `; known here: ${names.join(', ')}`;
      const field = [...at, key].join('.');
      return { ...locate(at, key), field, message: `unknown field${hint}`, ...(near ? { nearest: near } : {}) };
    });
  }
  const field = at.join('.') || 'the document';
  const missing = document.getIn(at) === undefined;
  const message = missing ? 'is missing' : issue.message.replace(/^Invalid (input|string): /, '');
  return [{ ...locate(at), field, message }];
}

/** Where `key` of the map at `at` stands; else the value at `at`; else its nearest parent that exists. */
function position(document: Document, counter: LineCounter, at: Path, key?: string): { line: number; column: number } {
  const start = (node: Node | null | undefined) => {
    const offset = node?.range?.[0];
    if (offset === undefined) return undefined;
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const keyNode = (path: Path, name: string) => {
    const map = path.length === 0 ? document.contents : document.getIn(path, true);
    if (!isMap(map)) return undefined;
    const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === name);
    return start(pair?.key as Node | undefined);
  };
  if (key !== undefined) return keyNode(at, key) ?? position(document, counter, at);
  for (let length = at.length; length > 0; length -= 1) {
    const found =
      keyNode(at.slice(0, length - 1), String(at[length - 1])) ??
      start(document.getIn(at.slice(0, length), true) as Node);
    if (found) return found;
  }
  return { line: 1, column: 1 };
}

function invalid(path: string, findings: readonly SpecFinding[]) {
  const lines = findings.map(({ line, column, field, message }) => `${path}:${line}:${column}: ${field}: ${message}`);
  const count = findings.length === 1 ? 'one finding' : `${findings.length} findings`;
  const fields = findings.flatMap(({ field }) => (field.startsWith('spec') ? [field.replace(/\.[^.]*$/, '')] : []));
  return fail('E1101', `${path} is not valid: ${count}.\n${lines.join('\n')}`, {
    actions: [...new Set(fields)].slice(0, 2).map((field) => `catalyst explain ${field}`),
    data: { findings },
  });
}
