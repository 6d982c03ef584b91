import { z } from 'zod';

/**
 * Checks what came from outside against its schema, and answers what `safeParse` answers. Zod asks any value with a `length` how
 * long it is, whatever else it is; a length that is no primitive then throws inside the library (`{ length: { toString: "" } }`).
 * That is a wrong value like any other.
 */
export function checkShape<S extends z.ZodType>(
  schema: S,
  value: unknown,
  options?: Parameters<S['safeParse']>[1],
): z.ZodSafeParseResult<z.output<S>> {
  try {
    return schema.safeParse(value, options) as z.ZodSafeParseResult<z.output<S>>;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const message = 'contains a value of an impossible type';
    const wrong = new z.ZodError([{ code: 'custom', path: [], input: value, message }]);
    return { success: false, error: wrong as z.ZodError<unknown> as z.ZodError<z.output<S>> };
  }
}
