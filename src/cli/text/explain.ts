import type { Explanation } from '../../actions/explain.js';
import { command } from '../../support/commands/command.js';
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

/** For a person who has named no Sovereign, and may have one in a lab: the commands above would find none. */
export function labHint({ topic, facts }: Explanation): string | undefined {
  if (!Object.values(facts).some((value) => value.includes('catalyst '))) return undefined;
  return `No Sovereign is chosen. With that of a lab in its commands: ${command('explain', topic, { lab: 'default' })}`;
}
