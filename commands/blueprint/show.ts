import { Args, Flags } from '@oclif/core';
import { type BlueprintDetails, showBlueprint } from '../../src/actions/blueprint/show.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { blueprintText } from '../../src/cli/text/blueprint.js';
import { withCharts } from '../../src/cli/text/chart-template.js';
import { isCatalystError } from '../../src/support/errors/errors.js';

export default class BlueprintShow extends CatalystCommand<BlueprintDetails> {
  static override summary =
    'one Blueprint: chart, values, dependencies, Secrets, single points of failure, proof, egress hosts';
  static override examples = ['<%= config.bin %> blueprint show bp-harbor', '<%= config.bin %> blueprint show traefik'];
  static override exitCodes = [5, 7];
  static override args = { blueprint: Args.string({ required: true, description: 'its name, such as bp-harbor' }) };
  static override flags = {
    charts: Flags.string({
      helpValue: 'DIR',
      exclusive: ['live'],
      description: 'also count the workloads of these charts, unpacked as <name>/ or as archives <name>-<version>.tgz',
    }),
    live: Flags.boolean({
      description: 'also count the workloads of the real charts, pulled from their pinned sources',
    }),
  };

  async run(): Promise<BlueprintDetails> {
    const { args, flags, context } = await this.open(BlueprintShow);
    const blueprints = await context.blueprints();
    // without a spec there are no values to show, but everything else
    const loaded = await context.spec().catch((error: unknown) => {
      if (isCatalystError(error, 'E1102')) return undefined;
      throw error;
    });
    const sovereign = loaded?.sovereign;
    const details = sovereign
      ? await withCharts(context, sovereign, flags, (charts) =>
          showBlueprint(blueprints, args.blueprint, sovereign, charts),
        )
      : await showBlueprint(blueprints, args.blueprint, undefined);
    context.output.print(blueprintText(details));
    return details;
  }
}
