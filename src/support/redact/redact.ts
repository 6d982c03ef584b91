/**
 * One registry of secrets for a run. Everything that leaves the process (screen, journal, plan, evidence, errors, logs of
 * child processes) passes through it, string by string, before it is serialized: in serialized text a secret is escaped.
 */
import { secretForms, shortestForm } from './secret-forms.js';

export interface Redactor {
  register(secret: string | undefined): void;
  /** Masks every form of every secret in a text. */
  redact(text: string): string;
  /** Masks the strings inside a JSON value. Its keys, and the fields in which catalyst's own words stand, stay as they are. */
  clean<T>(value: T): T;
}

const mask = '••••••';

/** Fields that only code fills, with words of its own: a passphrase "sovereign" must not rewrite what a line is about. */
const structural = new Set([
  'v',
  'kind',
  'system',
  'type',
  'class',
  'code',
  'status',
  'verdict',
  'state',
  'prev',
  'hash',
]);
/** Also a word that may be part of any text; only as a whole word is it taken for the secret. */
const plainWord = /^\p{L}{1,11}$/u;
const letterOrDigit = /[\p{L}\p{N}]/u;

interface Form {
  text: string;
  wholeWord: boolean;
}

export function createRedactor(): Redactor {
  const known = new Set<string>();
  /** By their first characters, the longest first: one pass over a text finds all. */
  const forms = new Map<string, Form[]>();
  const add = (form: Form) => {
    const start = form.text.slice(0, shortestForm);
    const list = forms.get(start) ?? [];
    forms.set(
      start,
      [...list, form].sort((one, other) => other.text.length - one.text.length),
    );
  };

  const redact = (text: string): string => {
    if (known.size === 0 || text.length < shortestForm) return text;
    let out = '';
    let from = 0;
    for (let at = 0; at + shortestForm <= text.length; ) {
      const found = forms.get(text.slice(at, at + shortestForm))?.find((form) => standsAt(text, at, form));
      if (!found) {
        at += 1;
        continue;
      }
      out += text.slice(from, at) + mask;
      at += found.text.length;
      from = at;
    }
    return from === 0 ? text : out + text.slice(from);
  };

  const clean = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return structural.has(key) && /^[\w.-]{0,64}$/.test(value) ? value : redact(value);
    if (value === null || typeof value !== 'object') return value;
    if (typeof (value as { toJSON?: unknown }).toJSON === 'function')
      return clean((value as { toJSON(): unknown }).toJSON(), key);
    if (Array.isArray(value)) return value.map((item) => clean(item, key));
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, clean(item, name)]));
  };

  return {
    register(secret) {
      if (secret === undefined || secret.length < shortestForm || known.has(secret)) return;
      known.add(secret);
      const wholeWord = plainWord.test(secret);
      for (const text of secretForms(secret)) add({ text, wholeWord: wholeWord && text === secret });
    },
    redact,
    clean: <T>(value: T) => clean(value) as T,
  };
}

function standsAt(text: string, at: number, { text: form, wholeWord }: Form): boolean {
  if (!text.startsWith(form, at)) return false;
  if (!wholeWord) return true;
  return !letterOrDigit.test(text[at - 1] ?? '') && !letterOrDigit.test(text[at + form.length] ?? '');
}
