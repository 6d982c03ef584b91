/**
 * Writing YAML as the library writes it, byte for byte (a property test holds them together), in a third of the time: the tree
 * of a Sovereign is some ten thousand short words, for which the library tries every form that YAML knows. It is still asked
 * for each scalar that is more than a plain word, and for the whole of what is not plain data.
 */
import { dump } from 'js-yaml';

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
  if (!isCollection(value) || !isSimple(value)) return byLibrary(value);
  const lines: string[] = [];
  write(value, '', '', lines);
  return `${lines.join('\n')}\n`;
}

const byLibrary = (value: unknown) => dump(value, { lineWidth: -1, noRefs: true, quoteStyle: 'double' });

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
    ([key, one]) => key.length < 128 && !key.includes('\n') && (one === undefined || isSimple(one)),
  );
}

/** Lines of a collection at `indent`; the first one begins with `lead` instead (`- `, after a dash of the one above). */
function write(value: Collection, lead: string, indent: string, lines: string[]): void {
  let first = lead;
  for (const [key, one] of Object.entries(value)) {
    if (one === undefined) continue;
    const head = `${first}${Array.isArray(value) ? '-' : `${scalar(key, indent)}:`}`;
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

function scalar(value: unknown, indent: string): string {
  if (typeof value === 'string') {
    if (word.test(value) ? !meant.test(value) : amountOrVersion.test(value)) return value;
    // lines of a text stand below its key
    return asItem(value).replace(/\n(?=[^\n])/g, `\n${indent}`);
  }
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  return typeof value === 'boolean' || value === null ? String(value) : asItem(value);
}

/** A scalar as it stands behind a dash. */
const asItem = (value: unknown) => byLibrary([value]).slice('- '.length, -'\n'.length);
