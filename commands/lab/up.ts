import { Args, Flags } from '@oclif/core';
import { CatalystCommand } from '../../src/cli/base-command.js';
import { confirmByName } from '../../src/cli/confirm.js';
import { clustersOf } from '../../src/cli/context.js';
import { labFqdn } from '../../src/lab/lab-info.js';
import { type LabResult, labText, labUp } from '../../src/lab/up.js';

export default class LabUp extends CatalystCommand<LabResult> {
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
      helpValue: 'FQDN',
      description: `go on beside what is on the clusters already (${labFqdn})`,
    }),
  };
  static override exitCodes = [4, 5, 7];
  static override revealsSecrets = true;

  async run(): Promise<LabResult> {
    const { args, flags, context } = await this.open(LabUp);
    const name = args.name ?? flags.lab ?? 'default';
    const result = await labUp(context, name, {
      engine: flags.engine,
      clusters: clustersOf(flags),
      confirm: (what) => confirmByName(context.prompter, { what, fqdn: labFqdn, confirm: flags.confirm }),
    });
    context.output.print(labText(result));
    return result;
  }
}
