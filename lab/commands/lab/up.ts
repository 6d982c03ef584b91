import { Args, Flags } from '@oclif/core';
import { CatalystCommand } from 'catalyst/cli/command/base-command.js';
import { clustersOf } from 'catalyst/cli/command/flags.js';
import { confirmClusters } from '../../src/clusters/confirm-clusters.js';
import { type LabResult, labText, labUp } from '../../src/start/up.js';

export default class LabUp extends CatalystCommand<LabResult | { name: string }> {
  static override acts = true;
  static override summary = 'start the built-in lab, or find it running';
  static override examples = [
    '<%= config.bin %> lab up',
    '<%= config.bin %> lab up second --json',
    '<%= config.bin %> lab up real --engine kubernetes',
    '<%= config.bin %> lab up mine --engine kubeconfig --mother-kubeconfig mother.yaml --kubeconfig sovereign.yaml',
  ];
  static override args = { name: Args.string({ description: 'which lab; default: default' }) };
  static override flags = {
    confirm: Flags.string({
      helpValue: 'MOTHER,SOVEREIGN',
      description:
        'the contexts of the two clusters that the lab runs on (--engine kubeconfig), instead of typing them at the prompt',
    }),
  };
  static override exitCodes = [4, 5, 7];
  static override revealsSecrets = true;

  async run(): Promise<LabResult | { name: string }> {
    const { args, flags, context } = await this.open(LabUp);
    const name = args.name ?? flags.lab ?? 'default';
    const result = await labUp(context, name, {
      engine: flags.engine,
      clusters: clustersOf(flags),
      confirm: (question) => confirmClusters(context, question, flags.confirm),
    });
    if (result) context.output.print(labText(result));
    return result ?? { name };
  }
}
