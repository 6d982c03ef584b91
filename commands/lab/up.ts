import { Args } from '@oclif/core';
import { CatalystCommand } from '../../src/cli/base-command.js';
import { type LabResult, labText, labUp } from '../../src/lab/up.js';

export default class LabUp extends CatalystCommand<LabResult> {
  static override summary = 'start the built-in lab, or find it running';
  static override examples = [
    '<%= config.bin %> lab up',
    '<%= config.bin %> lab up second --json',
    '<%= config.bin %> lab up real --engine kubernetes',
  ];
  static override args = { name: Args.string({ description: 'which lab; default: default' }) };
  static override exitCodes = [5];
  static override revealsSecrets = true;

  async run(): Promise<LabResult> {
    const { args, flags, context } = await this.open(LabUp);
    const result = await labUp(context, args.name ?? flags.lab ?? 'default', flags.engine);
    context.output.print(labText(result));
    return result;
  }
}
