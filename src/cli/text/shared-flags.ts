/** `catalyst explain flags`: the flags that every command has. */
import type { Explanation } from '../../actions/explain.js';
import { sharedFlags } from '../command/flags.js';

export function sharedFlagsExplained(): Explanation {
  const rows = Object.entries(sharedFlags).map(([name, { description = '', env }]) => [
    `--${name}`,
    env ? `${description} (${env})` : description,
  ]);
  return {
    topic: '',
    kind: 'index',
    title: 'Flags of every command',
    text: ['A variable in brackets has the same effect as its flag.'],
    facts: { ...Object.fromEntries(rows), '--json': 'print one JSON document, and nothing else on stdout' },
    more: [],
  };
}
