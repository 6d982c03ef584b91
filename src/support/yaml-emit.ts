/**
 * Plain values as YAML, the bytes that the yaml library writes for them: it builds a tree of nodes for every value, which
 * took most of the time of rendering. Only what is beyond doubt is written here; every other scalar is left to the library.
 */
export type Scalar = (value: unknown) => string;

const plainText = /^[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*$/;
const reserved = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf|nil)$/i;

/** `scalar` writes one value as the library does at the top of a document, without the newline at its end. */
export function emitYaml(value: unknown, scalar: Scalar): string {
  return isContainer(value) ? block(value, '', scalar) : `${scalar(value)}\n`;
}

type Container = readonly unknown[] | Record<string, unknown>;

/** True for what stands on lines of its own; an empty map or list stands behind its key. */
function isContainer(value: unknown): value is Container {
  if (value === null || typeof value !== 'object') return false;
  return Array.isArray(value) ? value.length > 0 : entriesOf(value as Record<string, unknown>).length > 0;
}

const entriesOf = (map: Record<string, unknown>) => Object.entries(map).filter(([, item]) => item !== undefined);

function block(value: Container, indent: string, scalar: Scalar): string {
  if (Array.isArray(value)) {
    return value
      .map((item) =>
        isContainer(item)
          ? `${indent}- ${block(item, `${indent}  `, scalar).slice(indent.length + 2)}`
          : `${indent}- ${inline(item, indent, scalar)}\n`,
      )
      .join('');
  }
  return entriesOf(value as Record<string, unknown>)
    .map(([key, item]) => {
      const head = `${indent}${inline(key, indent, scalar)}:`;
      return isContainer(item)
        ? `${head}\n${block(item, `${indent}  `, scalar)}`
        : `${head} ${inline(item, indent, scalar)}\n`;
    })
    .join('');
}

/** Lines after the first of a long text stand below its key. */
function inline(value: unknown, indent: string, scalar: Scalar): string {
  if (typeof value === 'string' && plainText.test(value) && !reserved.test(value)) return value;
  if (value === true || value === false || value === null) return String(value);
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  return scalar(value).replace(/\n(?=[^\n])/g, `\n${indent}`);
}
