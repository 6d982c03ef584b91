import { Flags } from '@oclif/core';
import { rehearsalBefore } from '../src/actions/rehearsal/before-walk.js';
import { rehearse } from '../src/actions/rehearsal/rehearse.js';
import type { Context } from '../src/actions/session/context.js';
import { openSession } from '../src/actions/session/session.js';
import { poolCostBefore } from '../src/actions/verify/pool-cost.js';
import { runWizard, savedOnly, type WizardResult } from '../src/actions/wizard.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { runExitCodes } from '../src/cli/command/run-flags.js';
import { confirmWalk } from '../src/cli/prompts/confirm-walk.js';
import { GoBack } from '../src/cli/prompts/go-back.js';
import { askWizard } from '../src/cli/prompts/wizard/ask-wizard.js';
import { questionFlags } from '../src/cli/prompts/wizard/question-flags.js';
import { wizardQuestions } from '../src/cli/prompts/wizard/questions.js';
import { rehearsalEnding, wizardEnding } from '../src/cli/text/endings.js';
import { command } from '../src/support/commands/command.js';

type WizardFlags = {
  until?: number;
  confirm?: string;
  window?: string;
};

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
    rehearse: Flags.boolean({
      default: true,
      allowNo: true,
      description: 'rehearse before a whole walk (D20); a lab does not ask first',
    }),
    spend: Flags.boolean({
      allowNo: true,
      description:
        'in phase 8, also run the check that costs money (D13): add a server with a NodePool claim, and remove it',
    }),
    force: Flags.string({
      helpValue: 'REASON',
      description: 'continue although prerequisites are not proven; the evidence records the reason',
    }),
  };

  async run(): Promise<WizardResult> {
    const { flags, context } = await this.open(Wizard);
    const { until, window, force } = flags;
    const { purge, saveOnly, loaded, answer } = await this.agree(context, flags);
    if (saveOnly) {
      context.output.print(`${loaded.path} is saved; nothing was started. Later: ${command('wizard')}`);
      return { ...savedOnly(loaded.sovereign.spec.fqdn), spec: loaded.path };
    }
    if (flags.rehearse) await this.rehearse(context, until);
    const spend = flags.spend ?? (await this.mayGrow(context, until));
    context.output.note(
      'Preflight: this machine, the spec, Hetzner, Object Storage, the mother, DNS and the registries',
    );
    const result = await runWizard(await openSession(context, answer), { until, window, force, purge, spend });
    context.ending(wizardEnding(result));
    return result;
  }

  /** Questions, review, "Start?" and the confirmations; esc at one of these leads back to the review. */
  private async agree(context: Context, flags: WizardFlags) {
    for (let reviewOnly = false; ; reviewOnly = true) {
      const request = {
        questions: wizardQuestions,
        flags: { ...flags },
        secrets: true,
        by: 'wizard',
        reviewOnly,
      } as const;
      const answers = await askWizard(context, request);
      if (answers.saveOnly) return { ...answers, answer: undefined };
      const walk = { until: flags.until, purge: answers.purge, confirm: flags.confirm, window: flags.window };
      try {
        return { ...answers, answer: await confirmWalk(context, walk) };
      } catch (error) {
        if (!(error instanceof GoBack)) throw error;
      }
    }
  }

  /** A lab costs nothing; for a real Sovereign a person decides, and sees the price. */
  private async mayGrow(context: Context, until: number | undefined): Promise<boolean> {
    const cost = await poolCostBefore(context, until);
    if (cost === undefined || !context.prompter.available) return false;
    return context.prompter.confirm({
      message: `Add a server with a NodePool claim in phase 8, and remove it again (${cost})? Without it W10 is not checked and the verdict is PARTIAL.`,
      default: false,
    });
  }

  /** A lab rehearses without a prompt if it has room for a second cluster; a real Sovereign only if the user agrees. */
  private async rehearse(context: Context, until: number | undefined): Promise<void> {
    const before = await rehearsalBefore(context, until);
    if (before === undefined) return;
    const wanted =
      before === 'lab' ||
      (context.prompter.available &&
        (await context.prompter.confirm({
          message:
            'Rehearse first, with a throwaway Sovereign of the same spec that is wiped afterwards? Its price is shown next.',
          default: false,
        })));
    if (!wanted) return;
    const { about, report } = rehearsalEnding(await rehearse(context, { unattended: before === 'lab' }));
    context.output.print(`✔ ${about}\n  report  ${report}`);
  }
}
