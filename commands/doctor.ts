import { afterDoctor, doctor } from '../src/actions/doctor.js';
import { type PreflightResult, preflightFailed } from '../src/actions/preflight.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { machineOf } from '../src/cli/context/machine.js';
import { preflightText } from '../src/cli/text/preflight.js';

export default class Doctor extends CatalystCommand<PreflightResult> {
  static override summary = 'check this machine, without a spec: Node, git, helm, kubectl, disk, memory';
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --json'];
  static override exitCodes = [3];

  async run(): Promise<PreflightResult> {
    const { flags, context } = await this.open(Doctor);
    const result = await doctor(context, machineOf(context, flags));
    context.output.print(preflightText(result, afterDoctor()));
    if (!result.ok) throw preflightFailed(result);
    return result;
  }
}
