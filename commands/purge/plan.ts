import { Flags } from '@oclif/core';
import { type PurgePlanResult, purgePlan, purgePlanText } from '../../src/actions/purge/plan.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { purgeChoices, purgeFlags } from '../../src/cli/command/purge-flags.js';

export default class PurgePlanCommand extends CatalystCommand<PurgePlanResult> {
  static override summary = 'every resource in the Hetzner project, which ones would be deleted, and why (#370)';
  static override description =
    "Selects by positive evidence only: this Sovereign's label, exactly one of its names, or ownership inferred from a resource with either. Changes nothing, so a read-only token is enough; but to apply a plan, make it with the token that will delete.";
  static override examples = ['<%= config.bin %> purge plan', '<%= config.bin %> purge plan --out purge.json --json'];
  static override exitCodes = [4, 5, 8];
  static override flags = {
    ...purgeFlags,
    out: Flags.string({ helpValue: 'FILE', description: 'where to save it; default: in the state directory' }),
  };

  async run(): Promise<PurgePlanResult> {
    const { flags, context } = await this.open(PurgePlanCommand);
    const plan = await purgePlan(context, purgeChoices(flags), flags.out);
    context.output.print(purgePlanText(plan));
    return plan;
  }
}
