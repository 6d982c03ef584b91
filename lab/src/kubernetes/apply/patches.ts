/** The three patch formats besides server-side apply: JSON patch, JSON merge patch, strategic merge patch. */
import { isDeepStrictEqual } from 'node:util';
import type { Shape } from '../kinds/shape.js';
import { ApiRefusal, badRequest } from '../requests/status.js';

type Json = Record<string, unknown>;
const isMap = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: Json = isMap(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

export interface JsonPatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** RFC 6902. Throws 422 for a path that is not there or a test that fails. */
export function jsonPatch(target: unknown, operations: readonly JsonPatchOperation[]): unknown {
  if (!Array.isArray(operations)) {
    const actual = typeof operations === 'boolean' ? 'bool' : typeof operations;
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${actual} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  let document = structuredClone(target);
  // The real server does not say which operation failed either.
  const cannot = () =>
    new ApiRefusal(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  for (const operation of operations) {
    const read = (path: string): unknown => {
      let here: unknown = document;
      for (const part of pointer(path)) {
        if (typeof here !== 'object' || here === null || !(part in here)) throw cannot();
        here = (here as Json)[part];
      }
      return here;
    };
    const place = (path: string, change: (parent: Json | unknown[], key: string) => void) => {
      const parts = pointer(path);
      const key = parts.pop();
      if (key === undefined) return false;
      const parent = read(`${parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`);
      if (typeof parent !== 'object' || parent === null) throw cannot();
      change(parent as Json, key);
      return true;
    };
    const put = (path: string, value: unknown) => {
      const placed = place(path, (parent, key) => {
        if (Array.isArray(parent)) parent.splice(key === '-' ? parent.length : Number(key), 0, value);
        else parent[key] = value;
      });
      if (!placed) document = value;
    };
    const drop = (path: string) => {
      read(path);
      place(path, (parent, key) => {
        if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else delete parent[key];
      });
    };
    switch (operation.op) {
      case 'add':
        put(operation.path, structuredClone(operation.value));
        break;
      case 'remove':
        drop(operation.path);
        break;
      case 'replace':
        drop(operation.path);
        put(operation.path, structuredClone(operation.value));
        break;
      case 'move': {
        const value = read(operation.from ?? '');
        drop(operation.from ?? '');
        put(operation.path, value);
        break;
      }
      case 'copy':
        put(operation.path, structuredClone(read(operation.from ?? '')));
        break;
      case 'test':
        if (!isDeepStrictEqual(read(operation.path), operation.value)) throw cannot();
        break;
      default:
        throw cannot();
    }
  }
  return document;
}

const pointer = (path: string): string[] =>
  path === ''
    ? []
    : path
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Strategic merge patch with its directives ($patch, $retainKeys, $deleteFromPrimitiveList, $setElementOrder). */
export function strategicPatch(target: unknown, patch: unknown, shape: Shape): unknown {
  if (!isMap(patch)) return patch;
  if (patch.$patch === 'replace') return without(patch);
  let result: Json = isMap(target) ? { ...target } : {};
  const retain = patch.$retainKeys;
  if (Array.isArray(retain)) {
    result = Object.fromEntries(Object.entries(result).filter(([name]) => retain.includes(name)));
  }
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$deleteFromPrimitiveList/')) {
      const field = name.slice(name.indexOf('/') + 1);
      result[field] = ((result[field] ?? []) as unknown[]).filter((item) => !(value as unknown[]).includes(item));
    } else if (name.startsWith('$')) {
      // element order is kept as it is; the other directives are read where they act
    } else if (value === null || (isMap(value) && value.$patch === 'delete')) {
      delete result[name];
    } else if (Array.isArray(value)) {
      result[name] = patchList(result[name], value, shape.field(name).patchKey(), shape.field(name).item());
    } else {
      result[name] = strategicPatch(result[name], value, shape.field(name));
    }
  }
  return result;
}

function patchList(target: unknown, patch: unknown[], key: string | undefined, item: Shape): unknown[] {
  const replaces = patch.some((entry) => isMap(entry) && entry.$patch === 'replace');
  if (key === undefined || replaces) return patch.filter((entry) => !(isMap(entry) && '$patch' in entry));
  const result = Array.isArray(target) ? [...target] : [];
  for (const entry of patch) {
    if (key === 'set') {
      if (!result.some((value) => isDeepStrictEqual(value, entry))) result.push(entry);
      continue;
    }
    const at = result.findIndex((value) => isMap(value) && isMap(entry) && value[key] === entry[key]);
    if (isMap(entry) && entry.$patch === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = strategicPatch(result[at], entry, item);
    else result.push(strategicPatch(undefined, entry, item));
  }
  return result;
}

function without(patch: Json): Json {
  return Object.fromEntries(Object.entries(patch).filter(([name]) => !name.startsWith('$')));
}
