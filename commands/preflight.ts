import { type PreflightResult, preflight, preflightFailed } from '../src/actions/preflight.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { preflightText } from '../src/cli/text/preflight.js';
import { command } from '../src/support/commands/command.js';

export default class Preflight extends CatalystCommand<PreflightResult> {
  static override summary = 'read-only checks; reports all failures at once, each with its remedy';
  static override description = 'Checks this machine, the spec, Hetzner, Object Storage, the mother cluster and DNS.';
  static override examples = ['<%= config.bin %> preflight', '<%= config.bin %> preflight --lab default --json'];
  static override exitCodes = [3, 5, 9];

  async run(): Promise<PreflightResult> {
    const { context } = await this.open(Preflight);
    const result = await preflight(await context.world());
    context.output.print(preflightText(result, `Next: ${command('plan')}, or ${command('wizard')}`));
    if (!result.ok) throw preflightFailed(result, { listed: !context.options.json });
    return result;
  }
}
