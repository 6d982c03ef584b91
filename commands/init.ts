import { CatalystCommand } from '../src/cli/command/base-command.js';
import { askWizard } from '../src/cli/prompts/wizard/ask-wizard.js';
import { questionFlags } from '../src/cli/prompts/wizard/question-flags.js';
import { specQuestions } from '../src/cli/prompts/wizard/questions.js';

interface Result {
  /** Path of the spec. */
  spec: string;
  /** False when it said the same already, or in a dry-run. */
  written: boolean;
  sovereign: string;
}

export default class Init extends CatalystCommand<Result> {
  static override summary = "ask the wizard's questions and write sovereign.yaml";
  static override description =
    'Every question has a flag; without a terminal, the flags provide the answers. Nothing else is changed.';
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init --name omantel --fqdn omantel.omani.works --organization Omantel --email ops@omantel.om',
  ];
  static override exitCodes = [4, 5];
  static override flags = questionFlags(specQuestions);

  async run(): Promise<Result> {
    const { flags, context } = await this.open(Init);
    const { loaded, written } = await askWizard(context, {
      questions: specQuestions,
      flags: { ...flags },
      by: 'init',
      secrets: context.prompter.available && !context.options.yes,
    });
    const kept = written && !context.options.dryRun;
    context.output.print(`${loaded.path} ${kept ? 'written' : written ? 'would be written' : 'is up to date'}`);
    context.output.note('next: catalyst preflight, then catalyst plan');
    return { spec: loaded.path, written: kept, sovereign: loaded.sovereign.spec.fqdn };
  }
}
