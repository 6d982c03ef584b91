/** Where names and addresses stand in a text as whole ones, and what names no host although it looks like one. Pure. */
import type { Field } from '../text/search.js';

export interface Occurrence {
  /** The whole name: `mail.openova.io` where `openova.io` was looked for. */
  name: string;
  start: number;
  end: number;
}

const isNameCharacter = (character: string | undefined) => character !== undefined && /[a-z0-9_-]/.test(character);

/** Every name in `text` that is `domain` or ends with it, label by label. @param text normalized */
export function* namesBelow(text: string, domain: string): Generator<Occurrence> {
  for (let at = text.indexOf(domain); at >= 0; at = text.indexOf(domain, at + 1)) {
    const end = at + domain.length;
    if (isNameCharacter(text[at - 1]) || isNameCharacter(text[end])) continue;
    if (text[end] === '.' && isNameCharacter(text[end + 1])) continue;
    let start = at;
    while (start > 0 && (isNameCharacter(text[start - 1]) || text[start - 1] === '.')) start -= 1;
    // a cookie's or a proxy rule's `.openova.io`
    while (text[start] === '.') start += 1;
    yield { name: text.slice(start, end), start, end };
  }
}

/** True when `word` stands in the text between characters that are no part of such a word. */
export function hasWord(text: string, word: string, part = /[a-z0-9]/): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before, after] = [text[at - 1], text[at + word.length]];
    if (!(before !== undefined && part.test(before)) && !(after !== undefined && part.test(after))) return true;
  }
  return false;
}

/** What the cluster itself calls so: groups of its API, and `<plural>.<group>` of its kinds. */
export interface ApiNames {
  groups: ReadonlySet<string>;
  resources: ReadonlySet<string>;
}

const groupFields = new Set(['apiVersion', 'apiGroup', 'apiGroups', 'group']);
const labelKeyFields = new Set(['key', 'topologyKey', 'labelKey', 'annotationKey']);

/**
 * True for an API group or version, the key of a label or annotation, or a kind's own name: they end as a host of the same domain does, and
 * nothing resolves them.
 * @param hosts names that the spec lists as hosts: these are always meant as such
 */
export function isNoHost(
  text: string,
  one: Occurrence,
  field: Field,
  api: ApiNames,
  hosts: ReadonlySet<string>,
): boolean {
  if (hosts.has(one.name) || field.raw) return false;
  const before = text.slice(Math.max(0, one.start - 48), one.start);
  const after = text.slice(one.end, one.end + 160);
  if (/(:\/\/|@)[^\s"']*$/.test(before)) return false;
  const isGroup = api.groups.has(one.name);
  if (api.resources.has(one.name)) return true;
  const whole = one.start === 0;
  // with a port or a path it is none
  if (groupFields.has(field.name)) return whole && /^(\/\w+)?$/.test(after);
  if (/\b(api(?:version|group)|group)\\?["']?\s*[:=]\s*\\?["']?$/.test(before)) return true;
  if (isGroup && /^\/v\d+((alpha|beta)\d+)?(\/[a-z]\w*)?([^\w./-]|$)/.test(after)) return true;
  const key = /^\/[a-z0-9]([\w.-]*\w)?/.exec(after)?.[0];
  if (key === undefined) return false;
  const behind = after.slice(key.length);
  if (whole && behind === '' && labelKeyFields.has(field.name)) return true;
  // "key": in JSON, key: in YAML, key=value in a selector, labels['key']
  if (/^\\?["']\s*:/.test(behind) || /^:(\s|$)/.test(behind)) return true;
  if (/^(=|\s+(in|notin)\s*\()/.test(behind)) return true;
  return /(labels|annotations)\[\\?["']$/.test(before) && /^\\?["']\]/.test(behind);
}
