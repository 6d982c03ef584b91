/**
 * Looks through a whole object: every string in every field, what is wrapped inside, and neighbors that give a name together. Keys count
 * where they are content and not where Kubernetes keeps labels. Pure.
 */
import { parseYamlStream } from '../../support/yaml/read-yaml.js';
import { type Budget, deepest, newBudget, TooMuch, unwrap } from './decode.js';
import { type Cut, splitNames } from './neighbors.js';
import { normalized } from './normalize.js';

/** Where a text stands. */
export interface Field {
  /** The closest key above it, list positions left out. */
  name: string;
  path: string;
  /** The text may have a structure that tells keys from values; whatever could be meant counts. */
  raw?: true;
}

export interface Match {
  /** By which it is told from others, as `mail.openova.io`. */
  key: string;
  /** First place in the object, as `spec.url`; of a wrapped value where the wrapping lies. */
  path: string;
}

/** What is looked for. */
export interface Wanted {
  /** Keys of what the text names. @param text normalized */
  inText(text: string, field: Field): Iterable<string>;
  /** Key of a certificate that is wanted. */
  ofCertificate(fingerprint: string): string | undefined;
  cuts: readonly Cut[];
}

export interface Found {
  matches: Match[];
  /** Set where something could not be opened. */
  tooMuch?: string;
}

/** Maps whose keys are labels. */
const labelMaps = /(labels|annotations|selector)$|^(matchLabels|managedFields)$/i;
/** Their values are names of this cluster's own machinery, or a copy of what the object itself says. */
const skipped = new Set(['managedFields', 'finalizers', 'kubectl.kubernetes.io/last-applied-configuration']);
const longestStructured = 2 * 1024 * 1024;

interface State {
  wanted: Wanted;
  matches: Map<string, string>;
  budget: Budget;
}

/**
 * @param object of any kind; `skip` leaves out what lies at a path
 * @param encoded the values of these top-level maps are base64, as the data of a Secret
 */
export function searchObject(
  object: object,
  wanted: Wanted,
  { encoded = [], skip = () => false }: { encoded?: readonly string[]; skip?: (path: string) => boolean } = {},
): Found {
  const state: State = { wanted, matches: new Map(), budget: newBudget() };
  const outcome = (): Match[] => [...state.matches].map(([key, path]) => ({ key, path }));
  try {
    walk(object, { name: '', path: '' }, state, { encoded, skip });
    return { matches: outcome() };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    return { matches: outcome(), tooMuch: error.message };
  }
}

/** The same for a text of no object, such as a file. */
export function searchText(text: string, wanted: Wanted, path: string): Found {
  return searchObject({ [path]: text }, wanted);
}

interface Reading {
  encoded: readonly string[];
  skip: (path: string) => boolean;
}

function walk(value: unknown, field: Field, state: State, reading: Reading): void {
  if (typeof value === 'string') look(value, field, state, 0);
  if (typeof value !== 'object' || value === null || reading.skip(field.path)) return;
  if (Array.isArray(value)) {
    neighbors(value.map(wordOf), field, state);
    for (const [index, inner] of value.entries())
      walk(inner, { name: field.name, path: `${field.path}[${index}]` }, state, reading);
    return;
  }
  const entries = Object.entries(value);
  const base64 = reading.encoded.includes(field.path);
  neighbors(
    entries.map(([, inner]) => (typeof inner === 'string' ? (base64 ? plainOf(inner) : inner) : undefined)),
    field,
    state,
  );
  for (const [key, inner] of entries) {
    if (skipped.has(key) || (key === 'name' && replaces(value, field.path))) continue;
    const below = { name: key, path: field.path === '' ? key : `${field.path}.${key}` };
    if (/[.:]/.test(key) && !labelMaps.test(field.name)) look(key, { name: '', path: below.path }, state, deepest);
    if (base64 && typeof inner === 'string') inside(inner, below, state, 0, true);
    else walk(inner, below, state, reading);
  }
}

/** An image that helm-controller replaces: its name is what is looked for, and nothing pulls it. */
const replaces = (entry: object, path: string): boolean =>
  /\bpostRenderers\[\d+\]\.kustomize\.images\[\d+\]$/.test(path) && Boolean((entry as { newName?: unknown }).newName);

/** Of an entry such as `{name: HOST, value: openova}`. */
const wordOf = (entry: unknown): string | undefined => {
  if (typeof entry === 'string') return entry;
  const { value } = (entry ?? {}) as { value?: unknown };
  return typeof value === 'string' ? value : undefined;
};

const plainOf = (base64: string) =>
  base64.length <= 400 ? Buffer.from(base64, 'base64').toString('latin1') : undefined;

function neighbors(values: readonly (string | undefined)[], field: Field, state: State): void {
  if (values.length < 2 || state.wanted.cuts.length === 0) return;
  const lower = values.map((value) => value?.trim().toLowerCase());
  for (const { name } of splitNames(lower, state.wanted.cuts)) note(state, `${name}`, field.path);
}

function note(state: State, key: string, path: string): void {
  if (!state.matches.has(key)) state.matches.set(key, path);
}

function look(text: string, field: Field, state: State, depth: number): void {
  if (text.length < 3) return;
  const plain = normalized(text);
  const isCandidate =
    state.wanted
      .inText(plain, { ...field, raw: true })
      [Symbol.iterator]()
      .next().done !== true;
  if (isCandidate && !structured(text, field, state, depth))
    for (const key of state.wanted.inText(plain, field)) note(state, key, field.path);
  if (depth < deepest) inside(text, field, state, depth, false);
}

function inside(text: string, field: Field, state: State, depth: number, known: boolean): void {
  const { texts, certificates } = unwrap(text, known, state.budget);
  for (const fingerprint of certificates) {
    const key = state.wanted.ofCertificate(fingerprint);
    if (key !== undefined) note(state, key, field.path);
  }
  for (const inner of texts) look(inner, { ...field, name: '' }, state, depth + 1);
}

/** A text that is JSON or YAML itself is read as such, so that its keys are told from its values; false where it is neither. */
function structured(text: string, field: Field, state: State, depth: number): boolean {
  if (depth >= deepest || text.length > longestStructured) return false;
  const documents = parsed(text);
  if (documents === undefined) return false;
  const reading: Reading = { encoded: [], skip: () => false };
  for (const document of documents) {
    const { kind } = document as { kind?: unknown };
    walk(
      document,
      { name: '', path: field.path },
      state,
      kind === 'Secret' ? { ...reading, encoded: [`${field.path}.data`] } : reading,
    );
  }
  return true;
}

function parsed(text: string): object[] | undefined {
  const trimmed = text.trim();
  try {
    const value: unknown = /^[[{]/.test(trimmed) ? JSON.parse(trimmed) : undefined;
    if (typeof value === 'object' && value !== null) return [value];
  } catch {
    // YAML in its flow form, or neither
  }
  if (!/^[^#\n]*:(\s|$)/m.test(trimmed) || !trimmed.includes('\n')) return undefined;
  try {
    // what it cannot read as a whole, two keys of one name included, is searched as plain text
    const values = parseYamlStream(trimmed);
    return values.every((value) => typeof value === 'object') ? (values as object[]) : undefined;
  } catch {
    return undefined;
  }
}
