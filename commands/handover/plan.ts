import { Flags } from '@oclif/core';
import { type HandoverPlan, planHandover } from '../../src/actions/handover/plan.js';
import { inventoryText } from '../../src/actions/handover/status.js';
import { openSession } from '../../src/actions/session/session.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { planText } from '../../src/cli/text/plan.js';

export default class HandoverPlanCommand extends CatalystCommand<HandoverPlan> {
  static override summary =
    'what happens to each item on the mother, and what the handover would change; saved with its hash';
  static override examples = ['<%= config.bin %> handover plan'];
  static override exitCodes = [5, 7];
  static override flags = { out: Flags.string({ helpValue: 'FILE', description: 'where the plan is saved' }) };

  async run(): Promise<HandoverPlan> {
    const { flags, context } = await this.open(HandoverPlanCommand);
    const plan = await planHandover(await openSession(context), flags.out);
    for (const place of plan.unread) context.output.warn(`Not read: ${place}`);
    const reached = plan.state === 'NONE' ? 'no stage of the handover is reached' : `handover ${plan.state}`;
    const head = `${reached}, pending ${plan.pending.join(' → ') || 'nothing'}`;
    context.output.print(`${head}\n${inventoryText(plan.inventory)}\n\n${planText(plan, context.options)}`);
    return plan;
  }
}
