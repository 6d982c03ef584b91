import { Args } from '@oclif/core';
import { type BlueprintDetails, showBlueprint } from '../../src/actions/blueprint/show.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { blueprintText } from '../../src/cli/text/blueprint.js';
import { isCatalystError } from '../../src/support/errors/errors.js';

export default class BlueprintShow extends CatalystCommand<BlueprintDetails> {
  static override summary = 'one Blueprint: chart, values, dependencies, Secrets, proof, egress hosts';
  static override examples = ['<%= config.bin %> blueprint show bp-harbor', '<%= config.bin %> blueprint show traefik'];
  static override exitCodes = [7];
  static override args = { blueprint: Args.string({ required: true, description: 'its name, such as bp-harbor' }) };

  async run(): Promise<BlueprintDetails> {
    const { args, context } = await this.open(BlueprintShow);
    const blueprints = await context.blueprints();
    // without a spec there are no values to show, but everything else
    const loaded = await context.spec().catch((error: unknown) => {
      if (isCatalystError(error, 'E1102')) return undefined;
      throw error;
    });
    const details = showBlueprint(blueprints, args.blueprint, loaded?.sovereign);
    context.output.print(blueprintText(details));
    return details;
  }
}
