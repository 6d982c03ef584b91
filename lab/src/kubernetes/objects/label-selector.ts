/** Label selectors in their query form, read as the real server reads them, and refused in its words. */
import { labelKeyProblem, labelValueProblem } from '../kinds/names.js';
import { badRequest } from '../requests/status.js';

export type Labels = Record<string, string>;
export type LabelTest = (labels: Labels) => boolean;

const operators: Record<string, (values: string[]) => (value: string | undefined) => boolean> = {
  in: (values) => (value) => value !== undefined && values.includes(value),
  notin: (values) => (value) => value === undefined || !values.includes(value),
  '=':
    ([wanted]) =>
    (value) =>
      value === wanted,
  '==':
    ([wanted]) =>
    (value) =>
      value === wanted,
  '!=':
    ([wanted]) =>
    (value) =>
      value !== wanted,
  '>':
    ([wanted]) =>
    (value) =>
      value !== undefined && Number(value) > Number(wanted),
  '<':
    ([wanted]) =>
    (value) =>
      value !== undefined && Number(value) < Number(wanted),
};

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`; an empty text has no tests. Throws 400 for anything else. */
export function labelTestsOf(text: string): LabelTest[] {
  const tokens = text.match(/[=!]=|[=!<>(),]|[^\s=!<>(),]+/g) ?? [];
  const tests: LabelTest[] = [];
  let at = 0;
  const next = () => tokens[at] ?? '';
  const isName = (token: string) => token !== '' && !/^[=!<>(),]/.test(token);
  while (at < tokens.length) {
    if (!isName(next()) && next() !== '!') throw unexpected(next(), "!, identifier, or 'end of string'");
    tests.push(requirement());
    if (at === tokens.length) break;
    if (next() !== ',') throw unexpected(next(), "',' or 'end of string'");
    at += 1;
    if (!isName(next()) && next() !== '!') throw unexpected(next(), "identifier after ','");
  }
  return tests;

  function requirement(): LabelTest {
    const negated = next() === '!';
    if (negated) at += 1;
    const key = name();
    const problem = labelKeyProblem(key);
    if (problem) throw unreadable(`<nil>: Invalid value: "${key}": ${problem}`);
    if (negated || next() === '' || next() === ',') return (labels) => (labels[key] !== undefined) !== negated;
    const operator = operators[next()];
    if (!operator) throw unreadable(`found '${next()}', expected: in, notin, =, ==, !=, gt, lt`);
    const many = next().endsWith('in');
    at += 1;
    const values = many ? list() : [next() === '' || next() === ',' ? '' : name()];
    for (const [index, value] of values.entries()) {
      const wrong = labelValueProblem(value);
      if (wrong) throw unreadable(`values[${index}][${key}]: Invalid value: "${value}": ${wrong}`);
    }
    const test = operator(values);
    return (labels) => test(labels[key]);
  }
  function name(): string {
    if (!isName(next())) throw unreadable(`found '${next()}', expected: identifier`);
    return tokens[at++]!;
  }
  function list(): string[] {
    if (next() !== '(') throw unreadable(`found '${next()}' expected: '('`);
    at += 1;
    const values: string[] = [];
    for (;;) {
      values.push(isName(next()) ? name() : '');
      if (next() !== ',') break;
      at += 1;
    }
    if (next() !== ')') throw unreadable(`found '${next()}', expected: ')'`);
    at += 1;
    return values;
  }
}

const unexpected = (token: string, wanted: string) => badRequest(`found '${token}', expected: ${wanted}`);
const unreadable = (why: string) => badRequest(`unable to parse requirement: ${why}`);
