/** Helm's own rule for values: maps merge, everything else replaces, null removes. */
export type Values = Record<string, unknown>;

export function mergeValues(base: Values, over: Values): Values {
  const result: Values = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(result, key) ? result[key] : undefined;
    // defineProperty: a key named __proto__ stays data
    const merged = isMap(below) && isMap(value) ? mergeValues(below, value) : value;
    Object.defineProperty(result, key, { value: merged, enumerable: true, writable: true, configurable: true });
  }
  return result;
}

export function isMap(value: unknown): value is Values {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
