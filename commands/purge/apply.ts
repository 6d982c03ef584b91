import { Args, Flags } from '@oclif/core';
import { type PurgeApplied, purgeAppliedText, purgeApply } from '../../src/actions/purge/apply.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { duration } from '../../src/cli/command/flags.js';

export default class PurgeApply extends CatalystCommand<PurgeApplied> {
  static override summary = 'delete exactly what a saved purge plan names (#370)';
  static override description =
    "Re-reads each resource just before its deletion and skips what changed; refuses another project's token, an old plan and more than --max resources. Safe to interrupt and run again.";
  static override examples = ['<%= config.bin %> purge apply purge.json --confirm omantel.omani.works'];
  static override exitCodes = [4, 5, 6, 7, 8, 9];
  static override args = { plan: Args.string({ required: true, description: 'file that `purge plan` saved' }) };
  static override flags = {
    confirm: Flags.string({ helpValue: 'FQDN', description: 'the FQDN of the Sovereign; --yes is not enough' }),
    max: Flags.integer({ default: 100, min: 1, description: 'refuse a plan that deletes more resources than this' }),
    'max-age': duration({
      default: 24 * 3_600_000,
      defaultHelp: async () => '24h',
      description: 'refuse a plan older than this',
    }),
  };

  async run(): Promise<PurgeApplied> {
    const { args, flags, context } = await this.open(PurgeApply);
    const limits = { max: flags.max, maxAgeMs: flags['max-age'], confirm: flags.confirm };
    const result = await purgeApply(context, args.plan, limits);
    context.output.print(purgeAppliedText(result));
    return result;
  }
}
