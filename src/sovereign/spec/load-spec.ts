/** Reads sovereign.yaml: every finding at once, each with line, column, field and the nearest known name. */
import { checkShape } from '../../support/check-shape.js';
import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { readRegularFile } from '../../support/files/read-regular-file.js';
import { nearest } from '../../support/nearest.js';
import { parseYamlStream, type YAMLException } from '../../support/yaml/read-yaml.js';
import { type YamlPath, yamlPositions } from '../../support/yaml/yaml-positions.js';
import { currentDocument } from './api-version.js';
import { checkSpec } from './checks/check-spec.js';
import { checkDocument, maxSpecBytes } from './checks/document-limits.js';
import { type Sovereign, sovereignSchema } from './schema.js';
import { knownNames } from './spec-fields.js';

export interface LoadedSpec {
  sovereign: Sovereign;
  /** Absolute path it was read from (or will be written to). */
  path: string;
  /** What to change in the file, though it was read. */
  warnings?: readonly string[];
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

/** Nobody reads more, and each is looked up in the text. */
const maxFindings = 200;

type Locate = ReturnType<typeof yamlPositions>;

/** Throws E1102 when it cannot be read or is not YAML, E1101 with all findings when it does not follow the schema. */
export function loadSpec(path: string, options: { chosen?: boolean } = {}): LoadedSpec {
  let text: string;
  try {
    text = readRegularFile(path, { maxBytes: maxSpecBytes }).toString('utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw fail('E1102', missing ? `There is no spec at ${path}.` : `${path} cannot be read: ${messageOf(error)}.`, {
      actions: [
        command('init'),
        'or name another with --spec FILE',
        'or try it on the built-in lab with --lab default',
      ],
      cause: error,
      data: { path, missing, chosen: options.chosen === true },
    });
  }
  return { ...readSpec(text, path), path };
}

/** The spec in `text`; `path` is for messages. */
export function parseSpec(text: string, path: string): Sovereign {
  return readSpec(text, path).sovereign;
}

function readSpec(text: string, path: string): Pick<LoadedSpec, 'sovereign' | 'warnings'> {
  const { document, warnings } = currentDocument(parseOne(text, path), path);
  let positions: Locate | undefined;
  const locate: Locate = (at, key) => {
    positions ??= yamlPositions(text);
    return positions(at, key);
  };
  const limits = checkDocument(document);
  if (limits.length > 0) {
    const findings = limits.map(({ path: at, message }) => ({
      ...locate(at),
      field: at.join('.') || 'the document',
      message,
    }));
    throw invalid(path, findings);
  }
  // One document: compiling the schema first takes longer than walking it.
  const parsed = checkShape(sovereignSchema, document, { jitless: true });
  const findings: SpecFinding[] = [];
  if (parsed.success) {
    for (const { path: at, message } of checkSpec(parsed.data)) {
      findings.push({ ...locate(at), field: at.join('.'), message });
    }
    if (findings.length === 0) return { sovereign: parsed.data, warnings };
  } else {
    for (const issue of parsed.error.issues.slice(0, maxFindings))
      findings.push(...findingsOf(issue, document, locate));
  }
  // A mistyped name is one finding, not also a missing one.
  const meant = new Set(findings.map(({ field, nearest: near }) => near && field.replace(/[^.]*$/, near)));
  const told = findings.filter(({ field, message }) => !(message === 'is missing' && meant.has(field)));
  told.sort((a, b) => a.line - b.line || a.column - b.column);
  throw invalid(path, told);
}

/** The one document in `text`; an empty text says nothing. */
function parseOne(text: string, path: string): unknown {
  let documents: unknown[];
  try {
    documents = parseYamlStream(text);
  } catch (error) {
    const { mark, reason } = error as YAMLException;
    const [line, column] = mark ? [mark.line + 1, mark.column + 1] : [1, 1];
    const what = reason ?? messageOf(error);
    throw fail('E1102', `${path}:${line}:${column}: not YAML: ${what}`, { data: { line, column } });
  }
  if (documents.length > 1) {
    throw fail('E1102', `${path} contains ${documents.length} documents; a spec is a single document.`, {
      actions: ['keep one document a file, and name it with --spec FILE'],
    });
  }
  return documents[0] ?? {};
}

function findingsOf(
  issue: { code: string; path: PropertyKey[]; message: string; keys?: string[] },
  document: unknown,
  locate: Locate,
): SpecFinding[] {
  const at = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const value = valueAt(document, at);
  if (issue.code === 'unrecognized_keys') {
    const present = new Set(Object.keys(value ?? {}));
    const names = knownNames(at);
    return (issue.keys ?? []).slice(0, maxFindings).map((key) => {
      const free = names.filter((name) => !present.has(name));
      const near = nearest(key, free) ?? nearest(key, names);
      const hint = near ? `; did you mean "${near}"?` : `; known here: ${names.join(', ')}`;
      const field = [...at, key].join('.');
      return { ...locate(at, key), field, message: `unknown field${hint}`, ...(near ? { nearest: near } : {}) };
    });
  }
  const field = at.join('.') || 'the document';
  const message = value === undefined ? 'is missing' : issue.message.replace(/^Invalid (input|string): /, '');
  return [{ ...locate(at), field, message }];
}

function valueAt(document: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<string, unknown> | null | undefined)?.[part], document);
}

function invalid(path: string, findings: readonly SpecFinding[]) {
  const lines = findings.map(({ line, column, field, message }) => `${path}:${line}:${column}: ${field}: ${message}`);
  const count = findings.length === 1 ? 'one finding' : `${findings.length} findings`;
  const fields = findings.flatMap(({ field }) => (field.startsWith('spec') ? [field.replace(/\.[^.]*$/, '')] : []));
  return fail('E1101', `${path} is not valid: ${count}.\n${lines.join('\n')}`, {
    actions: [...new Set(fields)].slice(0, 2).map((field) => command('explain', field)),
    data: { findings },
  });
}
