import type { Explanation } from '../../actions/explain.js';
import type { Block, Cell } from './page.js';

/** An explanation as a person reads it. */
export function explainPage({ topic, title, text, facts, more }: Explanation): Block[] {
  const head = topic === '' || topic === title ? title : `${topic}  ${title}`;
  const rows = Object.entries(facts).map(([key, value]) => [key, cellOf(value)] as const);
  return [
    { text: head, tone: 'strong' },
    '',
    ...text,
    ...(rows.length > 0 ? ['', { facts: rows }] : []),
    ...(more.length > 0 ? ['', { facts: more.map((entry) => [entry.topic, entry.title] as const) }] : []),
  ];
}

/** A command alone is not broken over lines, so that it can be copied. */
const cellOf = (value: string): Cell => ({ text: value, keep: /^catalyst [^;,]*$/.test(value) });
