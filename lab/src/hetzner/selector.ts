/** Hetzner's label selectors: `k`, `!k`, `k==v`, `k=v`, `k!=v` (also without k), `k in (a,b)`, `k notin (a,b)`; comma is AND. */
import type { Labels } from 'catalyst/hetzner/api/types.js';
import { refuse } from './problem.js';

type Test = (labels: Labels) => boolean;

const key = '([A-Za-z0-9][A-Za-z0-9._/-]*)';
const forms: [RegExp, (match: RegExpExecArray) => Test][] = [
  [
    new RegExp(`^!\\s*${key}$`),
    ([, k]) =>
      (labels) =>
        !(k! in labels),
  ],
  [
    new RegExp(`^${key}$`),
    ([, k]) =>
      (labels) =>
        k! in labels,
  ],
  [
    new RegExp(`^${key}\\s*!=\\s*(\\S*)$`),
    ([, k, v]) =>
      (labels) =>
        labels[k!] !== v,
  ],
  [
    new RegExp(`^${key}\\s*==?\\s*(\\S*)$`),
    ([, k, v]) =>
      (labels) =>
        labels[k!] === v,
  ],
  [new RegExp(`^${key}\\s+in\\s*\\(([^)]*)\\)$`), ([, k, v]) => oneOf(k!, v!, true)],
  [new RegExp(`^${key}\\s+notin\\s*\\(([^)]*)\\)$`), ([, k, v]) => oneOf(k!, v!, false)],
];

function oneOf(name: string, list: string, wanted: boolean): Test {
  const values = new Set(list.split(',').map((value) => value.trim()));
  return (labels) => (name in labels && values.has(labels[name]!)) === wanted;
}

export function labelSelector(text: string): Test {
  const parts = text.match(/[^,(]+(\([^)]*\))?/g)?.map((part) => part.trim()) ?? [];
  const tests = parts.map((part) => {
    for (const [form, make] of forms) {
      const match = form.exec(part);
      if (match) return make(match);
    }
    return refuse(400, 'invalid_input', `invalid label selector: ${part}`);
  });
  return (labels) => tests.every((test) => test(labels));
}
