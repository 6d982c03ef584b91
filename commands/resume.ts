import { type ResumeResult, resumeRun } from '../src/actions/resume.js';
import { openSession, type Session } from '../src/actions/session.js';
import { CatalystCommand } from '../src/cli/base-command.js';
import { confirmSteps } from '../src/cli/confirm-steps.js';
import { isUnattendedLab } from '../src/cli/confirm-walk.js';
import { runExitCodes, runFlags } from '../src/cli/run-flags.js';

export default class Resume extends CatalystCommand<ResumeResult> {
  static override summary = 'carry on the newest run where it stopped';
  static override description =
    'Reads the journal, asks the outside world about operations in doubt, adopts what exists, and goes on.';
  static override examples = ['<%= config.bin %> resume', '<%= config.bin %> resume --lab default'];
  static override exitCodes = runExitCodes;
  static override flags = { confirm: runFlags.confirm };

  async run(): Promise<ResumeResult> {
    const { flags, context } = await this.open(Resume);
    const start = (session: Session) => resumeRun(session);
    const confirm = await confirmSteps(context, start, { ...flags, unattended: await isUnattendedLab(context) });
    const result = await start(await openSession(context, confirm));
    const verdict = result.verdict ? ` Verdict ${result.verdict}, report ${result.report}` : '';
    context.output.print(`${result.command}: ${result.proven.length} proven.${verdict}`);
    return result;
  }
}
