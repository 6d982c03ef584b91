import { Args } from '@oclif/core';
import { CatalystCommand } from 'catalyst/cli/command/base-command.js';
import { faultText } from '../../src/requests/fault-request.js';
import { type LabStatus, labStatus, labText } from '../../src/start/up.js';

export default class LabStatusCommand extends CatalystCommand<LabStatus> {
  static override summary = 'the endpoints of a running lab, and its active faults';
  static override examples = ['<%= config.bin %> lab status', '<%= config.bin %> lab status --json'];
  static override args = { name: Args.string({ description: 'which lab; default: default' }) };
  static override exitCodes = [3];
  static override revealsSecrets = true;

  async run(): Promise<LabStatus> {
    const { args, flags, context } = await this.open(LabStatusCommand);
    const result = await labStatus(context, args.name ?? flags.lab ?? 'default');
    context.output.print(`${labText(result)}\n${faultText(result)}`);
    return result;
  }
}
