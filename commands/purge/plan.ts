import { Flags } from '@oclif/core';
import { type PurgePlanResult, purgePlan, purgePlanText } from '../../src/actions/purge/plan.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { purgeChoices, purgeFlags } from '../../src/cli/command/purge-flags.js';

export default class PurgePlanCommand extends CatalystCommand<PurgePlanResult> {
  static override summary = 'everything in the Hetzner project, what of it would go and why (#370)';
  static override description =
    'Selects by positive evidence only: the label of this Sovereign, exactly one of its names, or a thread from something that has either. Changes nothing, and a read-only token is enough to look; what is to be applied must be planned with the token that deletes.';
  static override examples = ['<%= config.bin %> purge plan', '<%= config.bin %> purge plan --out purge.json --json'];
  static override exitCodes = [4, 5, 8];
  static override flags = {
    ...purgeFlags,
    out: Flags.string({ helpValue: 'FILE', description: 'where to save it; default in the state directory' }),
  };

  async run(): Promise<PurgePlanResult> {
    const { flags, context } = await this.open(PurgePlanCommand);
    const plan = await purgePlan(context, purgeChoices(flags), flags.out);
    context.output.print(purgePlanText(plan));
    return plan;
  }
}
