import { type ResumeResult, resumeRun } from '../src/actions/resume.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { runExitCodes, runFlags } from '../src/cli/command/run-flags.js';
import { isUnattendedLab } from '../src/cli/prompts/confirm-walk.js';
import { command as commandLine } from '../src/support/commands/command.js';

export default class Resume extends CatalystCommand<ResumeResult> {
  static override summary = 'continue the run that was interrupted';
  static override description =
    'Runs the same command with the same choices and confirmations: looks up operations whose outcome is unknown, adopts what exists, and does the rest.';
  static override examples = ['<%= config.bin %> resume', '<%= config.bin %> resume --lab default'];
  static override exitCodes = runExitCodes;
  static override flags = { confirm: runFlags.confirm };

  async run(): Promise<ResumeResult> {
    const { flags, context } = await this.open(Resume);
    const result = await resumeRun(context, { ...flags, unattended: await isUnattendedLab(context) });
    const { command, verdict, report, bundle } = result;
    if (command !== '')
      context.ending({ about: `${command}, resumed`, verdict, report, bundle, next: [commandLine('status')] });
    return result;
  }
}
