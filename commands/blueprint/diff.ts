import { Args } from '@oclif/core';
import { type DiffRow, diffBlueprints } from '../../src/actions/blueprint/diff.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { diffText } from '../../src/cli/text/blueprint.js';

export default class BlueprintDiff extends CatalystCommand<DiffRow[]> {
  static override summary = 'where the live Sovereign differs from the tree, field by field; secrets masked';
  static override examples = ['<%= config.bin %> blueprint diff', '<%= config.bin %> blueprint diff bp-harbor --json'];
  static override exitCodes = [4, 5, 7];
  static override args = { blueprint: Args.string({ description: 'only this Blueprint' }) };

  async run(): Promise<DiffRow[]> {
    const { args, context } = await this.open(BlueprintDiff);
    const world = await context.world();
    const rows = await diffBlueprints(await world.tree(), world.blueprints, await world.kube(), args.blueprint);
    context.output.print(diffText(rows));
    return rows;
  }
}
