/**
 * A module in OpenTofu's JSON syntax, as far as the tree's compositions use it: references, `count`, and the index of a count. Anything
 * else is refused, as a module that OpenTofu cannot read is. Syntax: opentofu.org/docs/language/syntax/json (1.10).
 */
export interface Module {
  variable?: Record<string, object>;
  data?: Blocks;
  resource?: Blocks;
  output?: Record<string, { value: unknown }>;
}
/** Bodies by type and name. */
type Blocks = Record<string, Record<string, Body>>;
export type Body = Record<string, unknown>;

export interface Block {
  /** `hcloud_server.node` */
  address: string;
  type: string;
  body: Body;
}

export type Scope = Readonly<Record<string, unknown>>;

export function blocksOf(blocks: Blocks = {}, prefix = ''): Block[] {
  return Object.entries(blocks).flatMap(([type, named]) =>
    Object.entries(named).map(([name, body]) => ({ address: `${prefix}${type}.${name}`, type, body })),
  );
}

/** In an order in which each comes after what it refers to or depends on. Throws on a cycle. */
export function inOrder(blocks: readonly Block[]): Block[] {
  const ordered: Block[] = [];
  let left = [...blocks];
  while (left.length > 0) {
    const waiting = (block: Block) =>
      left.some((other) => other !== block && JSON.stringify(block.body).includes(other.address));
    const next = left.filter((block) => !waiting(block));
    if (next.length === 0) throw new Error(`Cycle: ${left.map(({ address }) => address).join(', ')}`);
    ordered.push(...next);
    left = left.filter((block) => !next.includes(block));
  }
  return ordered;
}

/** A value with its `${…}` evaluated; one that is nothing but `${…}` keeps its type. */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((one) => evaluate(one, scope));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, evaluate(one, scope)]));
  if (typeof value !== 'string') return value;
  const whole = /^\$\{([^}]*)\}$/.exec(value);
  if (whole) return expression(whole[1]!, scope);
  return value.replace(/\$\{([^}]*)\}/g, (_, text: string) => String(expression(text, scope)));
}

function expression(text: string, scope: Scope): unknown {
  const sum = /^(.+?) \+ (\d+)$/.exec(text);
  if (sum) return Number(expression(sum[1]!, scope)) + Number(sum[2]);
  const splat = /^(.+)\[\*\]\.(\w+)$/.exec(text);
  if (splat) return (reference(splat[1]!, scope) as Body[]).map((one) => one[splat[2]!]);
  return reference(text, scope);
}

function reference(path: string, scope: Scope): unknown {
  if (!/^\w+(\.\w+)*$/.test(path)) throw new Error(`Invalid expression: ${path}`);
  let at: unknown = scope;
  for (const part of path.split('.')) {
    at = (at as Record<string, unknown> | undefined)?.[part];
    if (at === undefined) throw new Error(`Reference to undeclared ${path}`);
  }
  return at;
}

/** The scope with `value` at `address`. */
export function withValue(scope: Scope, address: string, value: unknown): Scope {
  const [head = '', ...rest] = address.split('.');
  if (rest.length === 0) return { ...scope, [head]: value };
  return { ...scope, [head]: withValue((scope[head] ?? {}) as Scope, rest.join('.'), value) };
}
