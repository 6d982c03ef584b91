import type { Explanation } from '../../actions/explain.js';

/** An explanation as a person reads it. */
export function explainText({ topic, title, text, facts, more }: Explanation): string {
  const head = topic === '' || topic === title ? title : `${topic}  ${title}`;
  const width = Math.max(0, ...Object.keys(facts).map((key) => key.length));
  const lines = [head, '', ...text.map((paragraph) => `  ${paragraph}`)];
  const rows = Object.entries(facts).map(([key, value]) => `  ${key.padEnd(width)}  ${value}`);
  if (rows.length > 0) lines.push('', ...rows);
  const wide = Math.max(0, ...more.map((entry) => entry.topic.length));
  if (more.length > 0) lines.push('', ...more.map((entry) => `  ${entry.topic.padEnd(wide)}  ${entry.title}`));
  return lines.join('\n');
}
