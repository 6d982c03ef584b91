import { Args, Flags } from '@oclif/core';
import { CatalystCommand } from 'catalyst/cli/command/base-command.js';
import { keptText, type LabDownResult, labDown } from '../../src/start/down.js';

export default class LabDown extends CatalystCommand<LabDownResult> {
  static override acts = true;
  static override summary = 'stop a lab and remove everything that it wrote, except evidence, journals and logs';
  static override examples = ['<%= config.bin %> lab down', '<%= config.bin %> lab down second'];
  static override args = { name: Args.string({ description: 'which lab; default: default' }) };
  static override flags = {
    keep: Flags.boolean({ description: 'keep its directory (logs, state)' }),
    'delete-evidence': Flags.boolean({ description: 'delete evidence, journals and logs of what ran in it, too' }),
  };
  static override exitCodes = [5, 8, 9];

  async run(): Promise<LabDownResult> {
    const { args, flags, context } = await this.open(LabDown);
    const result = await labDown(context, args.name ?? flags.lab ?? 'default', {
      keep: flags.keep,
      deleteEvidence: flags['delete-evidence'],
      stateDir: flags['state-dir'],
    });
    context.output.print(result.stopped ? `lab ${result.name} is down` : `lab ${result.name} was not up`);
    for (const line of result.kept?.flatMap(keptText) ?? []) context.output.print(line);
    if (result.taken) context.output.print(`${result.taken} objects were removed from its clusters`);
    return result;
  }
}
