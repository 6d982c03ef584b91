/** The fields of sovereign.yaml as data, read off the schema: for `catalyst explain`, nearest names and the README. */
import type { z } from 'zod';
import { sovereignSchema } from './schema.js';

export interface SpecField {
  /** `spec.hetzner.controlPlane.type`; `<name>` stands for any key, `[]` for any element. */
  path: string;
  description: string;
  type: string;
  required: boolean;
  /** JSON value that is used when it is left out. */
  default?: unknown;
  /** Names of the fields below. */
  children: string[];
}

interface Node {
  type: z.ZodType;
  required: boolean;
  description: string;
  default?: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: zod describes its definitions loosely
const defOf = (type: z.ZodType): any => type.def;

/** Takes off default, prefault and optional, keeping what they say. */
function open(type: z.ZodType): Node {
  const def = defOf(type);
  const own = type.meta()?.description ?? '';
  if (def.type === 'optional' || def.type === 'default' || def.type === 'prefault') {
    const inner = open(def.innerType);
    const value = def.type === 'default' ? { default: def.defaultValue } : {};
    return { ...inner, required: false, description: own || inner.description, ...value };
  }
  return { type, required: true, description: own };
}

function childrenOf(type: z.ZodType): [string, z.ZodType][] {
  const def = defOf(type);
  if (def.type === 'object') return Object.entries(def.shape as Record<string, z.ZodType>);
  if (def.type === 'record') return [['<name>', def.valueType]];
  if (def.type === 'array') return [['[]', def.element]];
  return [];
}

function nameOf(type: z.ZodType): string {
  const def = defOf(type);
  switch (def.type) {
    case 'literal':
      return (def.values as unknown[]).map((value) => JSON.stringify(value)).join(' | ');
    case 'enum':
      return Object.values(def.entries as Record<string, string>).join(' | ');
    case 'union':
      return (def.options as z.ZodType[]).map(nameOf).join(' | ');
    case 'array':
      return `list of ${nameOf(open(def.element).type)}`;
    case 'record':
      return 'map';
    case 'number':
      return 'whole number';
    default:
      return String(def.type);
  }
}

function walk(path: string, type: z.ZodType): SpecField[] {
  const node = open(type);
  const children = childrenOf(node.type);
  const field: SpecField = {
    path,
    description: node.description,
    type: nameOf(node.type),
    required: node.required,
    ...(node.default === undefined ? {} : { default: node.default }),
    children: children.map(([name]) => name),
  };
  const below = children.flatMap(([name, child]) =>
    walk(path === '' ? name : name === '[]' ? `${path}[]` : `${path}.${name}`, child),
  );
  return path === '' ? below : [field, ...below];
}

/** Every field, parents before children, in the order of the schema. */
export function specFields(): SpecField[] {
  return walk('', sovereignSchema);
}

/** Names that may stand below a path of a document (`['spec', 'hetzner']`). */
export function knownNames(path: readonly (string | number)[]): string[] {
  let node = open(sovereignSchema);
  for (const part of path) {
    const children = new Map(childrenOf(node.type));
    const next = children.get(String(part)) ?? children.get('<name>') ?? children.get('[]');
    if (!next) return [];
    node = open(next);
  }
  return childrenOf(node.type).map(([name]) => name);
}
