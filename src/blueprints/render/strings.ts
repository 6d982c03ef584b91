/** Every string in a value with the path to it: `spec.rules[0].host`. */
export function* stringsIn(value: unknown, path = ''): Generator<{ path: string; key: string; text: string }> {
  if (typeof value === 'string') {
    yield {
      path,
      key:
        path
          .replace(/\[\d+\]$/, '')
          .split('.')
          .at(-1) ?? '',
      text: value,
    };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* stringsIn(item, `${path}[${index}]`);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) yield* stringsIn(item, path === '' ? key : `${path}.${key}`);
  }
}

/** Every map in a value, itself included, with the path to it. */
export function* mapsIn(value: unknown, path = ''): Generator<{ path: string; map: Record<string, unknown> }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* mapsIn(item, `${path}[${index}]`);
  } else if (value !== null && typeof value === 'object') {
    yield { path, map: value as Record<string, unknown> };
    for (const [key, item] of Object.entries(value)) yield* mapsIn(item, path === '' ? key : `${path}.${key}`);
  }
}
