import { Flags } from '@oclif/core';
import { type PlanResult, planWalk } from '../src/actions/plan.js';
import { openSession } from '../src/actions/session/session.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { planText } from '../src/cli/text/plan.js';

export default class Plan extends CatalystCommand<PlanResult> {
  static override summary = 'what a run would do: its tickets, and every change';
  static override description =
    'Reads the current state, changes nothing, and saves the plan with its hash. Probes are counted; --verbose lists them.';
  static override examples = [
    '<%= config.bin %> plan',
    '<%= config.bin %> plan --until 3 --out plan.json',
    '<%= config.bin %> plan --timeline',
  ];
  static override exitCodes = [4, 5];
  static override flags = {
    until: Flags.integer({ min: 0, max: 8, description: 'stop after this phase' }),
    out: Flags.string({
      helpValue: 'FILE',
      description: 'where to save it; default: the plans folder of the state directory',
    }),
    timeline: Flags.boolean({
      description:
        'the estimate of the WBS §6, serial and parallel, with the critical path, instead of the list of changes',
    }),
  };

  async run(): Promise<PlanResult> {
    const { flags, context } = await this.open(Plan);
    const result = await planWalk(await openSession(context), flags);
    context.output.print(planText(result, context.options));
    return result;
  }
}
