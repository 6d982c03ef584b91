import { Args, Flags } from '@oclif/core';
import { type RenderResult, renderBlueprints } from '../../src/actions/blueprint/render.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class BlueprintRender extends CatalystCommand<RenderResult> {
  static override summary = "the contents of the Sovereign's Git repository, as files or as one YAML stream";
  static override examples = [
    '<%= config.bin %> blueprint render --out ./fleet',
    '<%= config.bin %> blueprint render bp-harbor',
    '<%= config.bin %> blueprint render --sealed --out ./fleet',
  ];
  static override exitCodes = [4, 5, 7];
  static override args = { blueprint: Args.string({ description: 'only this Blueprint' }) };
  static override flags = {
    sealed: Flags.boolean({
      description:
        "include the Secrets that catalyst creates, sealed for the Sovereign's own controller: plain Flux needs nothing else",
    }),
    out: Flags.string({ helpValue: 'DIR', description: 'write clusters/<fqdn> below this directory' }),
  };

  async run(): Promise<RenderResult> {
    const { args, flags, context } = await this.open(BlueprintRender);
    const { sovereign } = await context.spec();
    const blueprints = await context.blueprints();
    const result = await renderBlueprints(sovereign, blueprints, {
      out: flags.out,
      only: args.blueprint,
      sealed: flags.sealed
        ? async () => (await import('../../src/walk/credentials/seal-tree.js')).sealedTree(await context.world())
        : undefined,
    });
    if (result.stream !== undefined) context.output.print(result.stream.trimEnd());
    else context.output.print(`${result.files.length} files below ${flags.out}, hash ${result.hash}`);
    return result;
  }
}
