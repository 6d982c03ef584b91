/** After a black start everything comes up again without help: nothing waits in a circle for what must answer first. */
import { startNeeds } from '../start-order/start-needs.js';
import { cycleText, startOrder } from '../start-order/start-order.js';
import type { Finding } from './finding.js';
import type { Linted } from './placed.js';

export const startOrderRule = 'start-order';

export function lintStartOrder(linted: Linted): Finding[] {
  return startOrder(startNeeds(linted)).cycles.map((cycle) => {
    const [first] = cycle;
    const owner = linted.blueprints.find(({ name }) => first!.from === name)?.name;
    const fileOwner = linted.placed.find(({ file }) => first!.path.startsWith(`${file}: `))?.blueprint;
    return {
      blueprint: owner ?? fileOwner ?? first!.from,
      rule: startOrderRule,
      severity: 'error' as const,
      path: first!.path,
      message: `Start-order cycle, none of these starts after all machines were off: ${cycleText(cycle)}`,
      remedy: 'Remove one of these needs, or let the Pod start without it',
    };
  });
}
