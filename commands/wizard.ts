import { Flags } from '@oclif/core';
import { openSession } from '../src/actions/session/session.js';
import { runWizard, type WizardResult } from '../src/actions/wizard.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { runExitCodes } from '../src/cli/command/run-flags.js';
import { confirmWalk, notStarted } from '../src/cli/prompts/confirm-walk.js';
import { askWizard } from '../src/cli/prompts/wizard/ask-wizard.js';
import { questionFlags } from '../src/cli/prompts/wizard/question-flags.js';
import { wizardQuestions } from '../src/cli/prompts/wizard/questions.js';
import { wizardText } from '../src/cli/text/wizard.js';

export default class Wizard extends CatalystCommand<WizardResult> {
  static override summary = 'the guided walk: questions, preflight, plan, phases 0 to 8, report';
  static override description =
    'Collects all answers first, then works. You can stop at any point: the spec keeps the answers, and catalyst resume continues.';
  static override examples = [
    '<%= config.bin %> wizard',
    '<%= config.bin %> wizard --lab default --yes',
    '<%= config.bin %> wizard --until 2',
  ];
  static override exitCodes = runExitCodes;
  static override flags = {
    ...questionFlags(wizardQuestions),
    until: Flags.integer({ min: 0, max: 8, description: 'stop after this phase' }),
    window: Flags.string({ helpValue: '20s|10m', description: 'how long the kill experiment of phase 8 lasts' }),
    confirm: Flags.string({
      helpValue: 'FQDN',
      description: 'the FQDN of the Sovereign, instead of typing it at the prompt',
    }),
    force: Flags.string({
      helpValue: 'REASON',
      description: 'overrule unproven prerequisites; the evidence keeps the reason',
    }),
  };

  async run(): Promise<WizardResult> {
    const { flags, context } = await this.open(Wizard);
    const answers = await askWizard(context, { questions: wizardQuestions, flags: { ...flags }, secrets: true });
    const { purge } = answers;
    if (answers.saveOnly) throw notStarted(answers.loaded.path);
    const { until, window, force, confirm } = flags;
    const answer = await confirmWalk(context, { until, purge, confirm, window });
    const result = await runWizard(await openSession(context, answer), { until, window, force, purge });
    context.output.print(wizardText(result));
    return result;
  }
}
