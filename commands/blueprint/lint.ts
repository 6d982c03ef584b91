import { join, resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { type LintResult, lintBlueprints } from '../../src/actions/blueprint-lint.js';
import { loadBlueprints } from '../../src/blueprints/load.js';
import { CatalystCommand } from '../../src/cli/base-command.js';
import { lintText } from '../../src/cli/blueprint-text.js';
import { chartTemplate } from '../../src/cli/chart-template.js';
import { fail } from '../../src/support/errors.js';

export default class BlueprintLint extends CatalystCommand<LintResult> {
  static override summary = 'checks the rendered tree, and with --charts the values against the real charts';
  static override examples = [
    '<%= config.bin %> blueprint lint',
    '<%= config.bin %> blueprint lint bp-harbor --charts ./charts',
  ];
  static override exitCodes = [3, 5, 7];
  static override args = { blueprint: Args.string({ description: 'only this one' }) };
  static override flags = {
    charts: Flags.string({ helpValue: 'DIR', description: 'unpacked upstream charts, a folder for each by its name' }),
  };

  async run(): Promise<LintResult> {
    const { args, flags, context } = await this.open(BlueprintLint);
    const { sovereign } = await context.spec();
    const blueprints = await loadBlueprints(join(context.root, 'templates', 'blueprints'));
    const charts = flags.charts && resolve(flags.charts);
    const template = charts ? chartTemplate(context, flags.helm) : undefined;
    const result = await lintBlueprints(sovereign, blueprints, { only: args.blueprint, charts, template });
    context.output.print(lintText(result));
    const errors = result.findings.filter((finding) => finding.severity === 'error');
    if (errors.length > 0) {
      throw fail('E3203', `${errors.length} of the rules of a Blueprint are broken.`, { data: { result } });
    }
    return result;
  }
}
