/** Names, label keys and values, finalizers: what they may look like, and the words for one that does not. Each answers undefined when it fits. */
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const part = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

interface Form {
  pattern: string;
  most: number;
  text: string;
  examples: readonly string[];
}

const forms = {
  label: {
    pattern: label,
    most: 63,
    text: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    examples: ['my-name', '123-abc'],
  },
  /** Services, whose names begin with a letter. */
  service: {
    pattern: '[a-z]([-a-z0-9]*[a-z0-9])?',
    most: 63,
    text: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    examples: ['my-name', 'abc-123'],
  },
  subdomain: {
    pattern: subdomain,
    most: 253,
    text: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    examples: ['example.com'],
  },
  part: {
    pattern: part,
    most: 63,
    text: "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    examples: ['MyName', 'my.name', '123-abc'],
  },
  value: {
    pattern: `(${part})?`,
    most: 63,
    text: "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    examples: ['MyValue', 'my_value', '12345'],
  },
  key: {
    pattern: '[-._a-zA-Z0-9]+',
    most: 253,
    text: "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    examples: ['key.name', 'KEY_NAME', 'key-name'],
  },
} satisfies Record<string, Form>;

const expressions = new Map<string, RegExp>();

/** Everything that is wrong with a text of this form, each in the server's words. */
export function problemsOf(form: keyof typeof forms, text: string): string[] {
  const { pattern, most, examples, text: rule } = forms[form];
  const expression = expressions.get(pattern) ?? new RegExp(`^${pattern}$`);
  expressions.set(pattern, expression);
  const problems =
    Buffer.byteLength(text) > most
      ? [`must be no more than ${most} ${form === 'part' || form === 'value' ? 'bytes' : 'characters'}`]
      : [];
  if (expression.test(text)) return problems;
  const shown = examples.map((example) => `'${example}'`).join(',  or ');
  return [...problems, `${rule} (e.g. ${shown}, regex used for validation is '${pattern}')`];
}

/** Of a label, annotation or finalizer: `name` or `example.com/name`. */
export function labelKeyProblem(key: string): string | undefined {
  const [prefix, name = '', ...rest] = key.includes('/') ? key.split('/') : [undefined, key];
  if (rest.length > 0) {
    const [wrong = ''] = problemsOf('part', '/');
    const rule = wrong
      .replace('name part must', 'a valid label key must')
      .replace(",  or '123-abc'", ",  or '123-abc'");
    return `${rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  }
  if (prefix === '') return 'prefix part must be non-empty';
  if (prefix !== undefined) {
    const [wrong] = problemsOf('subdomain', prefix);
    if (wrong) return `prefix part ${wrong}`;
  }
  if (name === '') return 'name part must be non-empty';
  return problemsOf('part', name)[0]?.replace(/^must/, 'name part must');
}

export const labelValueProblem = (value: string): string | undefined => problemsOf('value', value)[0];
