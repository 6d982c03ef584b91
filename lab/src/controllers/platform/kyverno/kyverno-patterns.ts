/** Kyverno's patterns and deny conditions, as far as policies of the tree go. */

// biome-ignore lint/suspicious/noExplicitAny: policies and objects are trees of any shape
type Any = any;

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );

/** Why `value` does not fit `pattern` (a path), or undefined when it does. */
export function misfit(pattern: Any, value: Any, path = ''): string | undefined {
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value)) return path;
    for (const [index, item] of value.entries())
      for (const wanted of pattern) {
        const found = misfit(wanted, item, `${path}/${index}`);
        if (found !== undefined) return found;
      }
    return undefined;
  }
  if (typeof pattern === 'object' && pattern !== null) return misfitMap(pattern, value, path);
  return fitsScalar(pattern, value) ? undefined : path || '/';
}

function misfitMap(pattern: Record<string, Any>, value: Any, path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return path || '/';
  for (const [anchored, wanted] of Object.entries(pattern)) {
    const [, anchor = '', key = anchored] = /^([=X<+^]?)\((.+)\)$/.exec(anchored) ?? [];
    const isAnchored = key !== anchored;
    const there = value[key];
    if (isAnchored && anchor === '') {
      // a condition: where it does not hold, the rest is not asked for
      if (there === undefined || misfit(wanted, there) !== undefined) return undefined;
    } else if (anchor === 'X') {
      if (there !== undefined) return `${path}/${key}`;
    } else if (anchor === '=') {
      const found = there === undefined ? undefined : misfit(wanted, there, `${path}/${key}`);
      if (found !== undefined) return found;
    } else {
      const found =
        there === undefined
          ? wanted === '!*'
            ? undefined
            : `${path}/${key}`
          : misfit(wanted, there, `${path}/${key}`);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function fitsScalar(pattern: Any, value: Any): boolean {
  if (typeof pattern !== 'string') return pattern === value;
  return pattern.split('|').some((choice) => {
    const text = choice.trim();
    if (text.startsWith('!')) return !glob(text.slice(1)).test(String(value));
    const compared = /^(>=|<=|>|<)\s*(-?[\d.]+)$/.exec(text);
    if (compared) {
      const [left, right] = [Number(value), Number(compared[2])];
      return compared[1] === '>'
        ? left > right
        : compared[1] === '<'
          ? left < right
          : compared[1] === '>='
            ? left >= right
            : left <= right;
    }
    return glob(text).test(String(value));
  });
}

/** `{{ request.object.metadata.labels."a/b" || '' }}` against a review. */
function resolve(text: Any, request: Any): Any {
  const expression = typeof text === 'string' ? /^\{\{\s*(.+?)\s*\}\}$/.exec(text)?.[1] : undefined;
  if (expression === undefined) return text;
  const [path = '', fallback] = expression.split('||').map((part) => part.trim());
  const steps = [...path.matchAll(/"([^"]+)"|([\w-]+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const found = steps.reduce((at: Any, step) => at?.[step], { request } as Any);
  return found ?? fallback?.replace(/^[`']|[`']$/g, '');
}

function holds(condition: { key: Any; operator: string; value: Any }, request: Any): boolean {
  const left = resolve(condition.key, request);
  const right = [resolve(condition.value, request)].flat();
  const among = right.some((one) => (typeof one === 'string' ? glob(one).test(String(left ?? '')) : one === left));
  const wanted = /^(Equals|In|AnyIn|AllIn)$/.test(condition.operator);
  return wanted ? among : !among;
}

/** True when a deny rule refuses; one without conditions always does. */
export function denies(deny: Any, request: Any): boolean {
  const conditions = deny?.conditions;
  if (conditions === undefined) return true;
  if (Array.isArray(conditions)) return conditions.every((one) => holds(one, request));
  const any = (conditions.any ?? []) as Any[];
  const every = (conditions.all ?? []) as Any[];
  return (any.length === 0 || any.some((one) => holds(one, request))) && every.every((one) => holds(one, request));
}
