/** Sets of fields of an object, as metadata.managedFields writes them (FieldsV1), and what can be done with them. */
import { isDeepStrictEqual } from 'node:util';
import { keyDefaults, type Shape } from '../kinds/shape.js';

export interface FieldSet {
  /** The field itself belongs to the set; else only what is below it. */
  member: boolean;
  /** By path element: `f:name`, `k:{"name":"x"}`, `v:"x"`. */
  children: Map<string, FieldSet>;
}

export type FieldsV1 = { [element: string]: FieldsV1 };

export interface Entry {
  value: unknown;
  shape: Shape;
}

export const emptySet = (): FieldSet => ({ member: false, children: new Map() });
export const isEmpty = (set: FieldSet): boolean => !set.member && set.children.size === 0;
const leaf = (): FieldSet => ({ member: true, children: new Map() });

/** The parts that are owned one by one; undefined when the value is owned as a whole. */
export function entriesOf(value: unknown, shape: Shape): Map<string, Entry> | undefined {
  if (Array.isArray(value)) return itemsOf(value, shape);
  if (typeof value !== 'object' || value === null || shape.atomic()) return undefined;
  const names = Object.keys(value);
  if (names.length === 0) return undefined;
  const fields = value as Record<string, unknown>;
  return new Map(names.map((name) => [`f:${name}`, { value: fields[name], shape: shape.field(name) }]));
}

function itemsOf(list: unknown[], shape: Shape): Map<string, Entry> | undefined {
  const how = shape.list();
  if (how === 'atomic' || list.length === 0) return undefined;
  const entries = new Map<string, Entry>();
  for (const value of list) {
    const element = how === 'set' ? `v:${JSON.stringify(value)}` : keyElement(value, how);
    if (element === undefined || entries.has(element)) return undefined;
    entries.set(element, { value, shape: shape.item() });
  }
  return entries;
}

function keyElement(item: unknown, keys: readonly string[]): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const found: Record<string, unknown> = {};
  for (const key of [...keys].sort()) {
    const value = (item as Record<string, unknown>)[key] ?? keyDefaults[key];
    if (value !== undefined) found[key] = value;
  }
  return Object.keys(found).length === 0 ? undefined : `k:${JSON.stringify(found)}`;
}

export function fieldsOf(value: unknown, shape: Shape): FieldSet {
  const entries = entriesOf(value, shape);
  if (!entries) return leaf();
  const set = emptySet();
  for (const [element, entry] of entries) {
    const child = fieldsOf(entry.value, entry.shape);
    if (element.startsWith('k:')) child.member = true;
    set.children.set(element, child);
  }
  return set;
}

/** Fields that a change from `before` to `after` sets, and those that it takes away. */
export function compare(before: unknown, after: unknown, shape: Shape): { changed: FieldSet; removed: FieldSet } {
  const changed = emptySet();
  const removed = emptySet();
  const [old, now] = [entriesOf(before, shape), entriesOf(after, shape)];
  if (!old || !now) {
    if (isDeepStrictEqual(before, after)) return { changed, removed };
    return { changed: fieldsOf(after, shape), removed: before === undefined ? removed : fieldsOf(before, shape) };
  }
  for (const [element, entry] of now) {
    const was = old.get(element);
    const inside = was
      ? compare(was.value, entry.value, entry.shape)
      : { changed: itemMember(element, fieldsOf(entry.value, entry.shape)), removed: emptySet() };
    if (!isEmpty(inside.changed)) changed.children.set(element, inside.changed);
    if (!isEmpty(inside.removed)) removed.children.set(element, inside.removed);
  }
  for (const [element, entry] of old) {
    if (!now.has(element)) removed.children.set(element, itemMember(element, fieldsOf(entry.value, entry.shape)));
  }
  return { changed, removed: minus(removed, changed) };
}

function itemMember(element: string, set: FieldSet): FieldSet {
  return element.startsWith('k:') ? { ...set, member: true } : set;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const set: FieldSet = { member: a.member || b.member, children: new Map(a.children) };
  for (const [element, child] of b.children) {
    const mine = set.children.get(element);
    set.children.set(element, mine ? union(mine, child) : child);
  }
  return set;
}

export function minus(a: FieldSet, b: FieldSet): FieldSet {
  const set: FieldSet = { member: a.member && !b.member, children: new Map() };
  for (const [element, child] of a.children) {
    const other = b.children.get(element);
    const left = other ? minus(child, other) : child;
    if (!isEmpty(left)) set.children.set(element, left);
  }
  return set;
}

/** What is in both, path by path: a field owned as a whole does not meet its parts. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const set: FieldSet = { member: a.member && b.member, children: new Map() };
  for (const [element, child] of a.children) {
    const other = b.children.get(element);
    const shared = other ? intersection(child, other) : undefined;
    if (shared && !isEmpty(shared)) set.children.set(element, shared);
  }
  return set;
}

export function toFieldsV1(set: FieldSet): FieldsV1 {
  const out: FieldsV1 = {};
  if (set.member && set.children.size > 0) out['.'] = {};
  for (const element of [...set.children.keys()].sort()) out[element] = toFieldsV1(set.children.get(element)!);
  return out;
}

export function fromFieldsV1(fields: FieldsV1): FieldSet {
  const names = Object.keys(fields);
  const set: FieldSet = { member: names.length === 0 || '.' in fields, children: new Map() };
  for (const name of names) if (name !== '.') set.children.set(name, fromFieldsV1(fields[name]!));
  return set;
}

/** `.spec.containers[name="x"].image` of every member, for messages. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const own = set.member && set.children.size === 0 ? [prefix] : [];
  const below = [...set.children].flatMap(([element, child]) => pathsOf(child, prefix + elementText(element)));
  return [...own, ...below];
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
