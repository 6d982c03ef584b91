import { type ResumeResult, resumeRun } from '../src/actions/resume.js';
import { openSession } from '../src/actions/session.js';
import { CatalystCommand } from '../src/cli/base-command.js';
import { runExitCodes } from '../src/cli/run-flags.js';

export default class Resume extends CatalystCommand<ResumeResult> {
  static override summary = 'carry on the newest run where it stopped';
  static override description =
    'Reads the journal, asks the outside world about operations in doubt, adopts what exists, and goes on.';
  static override examples = ['<%= config.bin %> resume', '<%= config.bin %> resume --lab default'];
  static override exitCodes = runExitCodes;

  async run(): Promise<ResumeResult> {
    const { context } = await this.open(Resume);
    const result = await resumeRun(await openSession(context));
    const verdict = result.verdict ? ` Verdict ${result.verdict}, report ${result.report}` : '';
    context.output.print(`${result.command}: ${result.proven.length} proven.${verdict}`);
    return result;
  }
}
