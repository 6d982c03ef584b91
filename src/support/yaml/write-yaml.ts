/**
 * Writing YAML as the library writes it, byte for byte (a property test holds them together), in a third of the time: the tree
 * of a Sovereign is some ten thousand short words, for which the library tries every form that YAML knows. It is still asked
 * for each scalar that is more than a plain word, and for the whole of what is not plain data.
 */
import { Document, visit } from 'yaml';

/** Begins with a letter, a slash or `./`, so no number and no date; holds no sign that YAML gives a meaning to where it stands. */
const word = /^(?:\.\/)?[A-Za-z/](?:[\w./-]|:(?=[\w/.-])| (?=\w))*$/;
/** `10m`, `1Gi`, `1.19.6`: amounts and times of Kubernetes, versions of charts. */
const amountOrVersion = /^\d+(?:[smh]|[KMGT]i|\.\d+\.\d+)$/;
/** Words that YAML 1.1 or 1.2 takes for a boolean or for nothing. */
const meant = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/**
 * Deterministic YAML: no line folding, no anchors, keys in the order given. Strings that YAML 1.1 takes for something else
 * (`on`, `2026-01-01`) are quoted, for Kubernetes, helm and Flux read by its rules.
 */
export function toYaml(value: unknown): string {
  if (!isCollection(value) || !isSimple(value)) return yamlByLibrary(value);
  const lines: string[] = [];
  write(value, '', '', lines);
  return `${lines.join('\n')}\n`;
}

/** Of white space alone: as a block the library loses what is not a line break. */
const blank = /^\s*\n\s*$/;

/** What YAML has in quotes alone, escaped, which the library leaves to its readers. */
const unprintable = /[\u007f-\u0084\u0086-\u009f\ufeff\ufffe\uffff]/g;

/** The same document by the library alone, for all that is more than plain words. `compat` quotes what YAML 1.1 takes for something else. */
export function yamlByLibrary(value: unknown): string {
  const document = new Document(value, { compat: 'yaml-1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string') return;
      if (blank.test(node.value) || node.value.search(unprintable) >= 0) node.type = 'QUOTE_DOUBLE';
    },
  });
  const text = document.toString({ lineWidth: 0, blockQuote: 'literal', singleQuote: false });
  return text.replaceAll(unprintable, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

type Collection = unknown[] | Record<string, unknown>;

/** With something in it. */
function isCollection(value: unknown): value is Collection {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((one) => one !== undefined);
}

/** Arrays and objects of strings, numbers, booleans and nothing, where each key and each text can stand on lines of its own. */
function isSimple(value: unknown): boolean {
  if (typeof value === 'string') return !value.endsWith('\n\n');
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return true;
  if (Array.isArray(value)) return value.every(isSimple);
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.entries(value).every(
    ([key, one]) => key.length < 128 && !/\n|^---|^\.{3}/.test(key) && (one === undefined || isSimple(one)),
  );
}

/** Lines of a collection at `indent`; the first one begins with `lead` instead (`- `, after a dash of the one above). */
function write(value: Collection, lead: string, indent: string, lines: string[]): void {
  let first = lead;
  for (const [key, one] of Object.entries(value)) {
    if (one === undefined) continue;
    const head = `${first}${Array.isArray(value) ? '-' : `${keyText(key)}:`}`;
    first = indent;
    if (!isCollection(one)) lines.push(`${head} ${leaf(one, indent)}`);
    else if (Array.isArray(value)) write(one, `${head} `, `${indent}  `, lines);
    else {
      lines.push(head);
      write(one, `${indent}  `, `${indent}  `, lines);
    }
  }
}

function leaf(value: unknown, indent: string): string {
  if (Array.isArray(value)) return '[]';
  return typeof value === 'object' && value !== null ? '{}' : scalar(value, indent);
}

const isPlain = (text: string) => (word.test(text) ? !meant.test(text) : amountOrVersion.test(text));

const keyText = (key: string) => (isPlain(key) ? key : yamlByLibrary({ [key]: 0 }).slice(0, -': 0\n'.length));

function scalar(value: unknown, indent: string): string {
  if (typeof value === 'string') {
    if (isPlain(value)) return value;
    // lines of a text stand below its key
    return asItem(value).replace(/\n(?=[^\n])/g, `\n${indent}`);
  }
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  return typeof value === 'boolean' || value === null ? String(value) : asItem(value);
}

/** A scalar as it stands behind a dash. */
const asItem = (value: unknown) => yamlByLibrary([value]).slice('- '.length, -'\n'.length);

/** A stream of documents from many values. */
export function toYamlStream(values: readonly unknown[]): string {
  return values.map((value) => toYaml(value)).join('---\n');
}
