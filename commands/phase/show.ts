import { Args } from '@oclif/core';
import { type PhaseDetails, showPhase } from '../../src/actions/phase/show.js';
import { stateDirIfAny } from '../../src/actions/session/state-if-any.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { ticketTable } from '../../src/cli/text/ticket-table.js';

export default class PhaseShow extends CatalystCommand<PhaseDetails> {
  static override summary = 'one phase with its tickets and steps';
  static override examples = ['<%= config.bin %> phase show 3'];
  static override exitCodes = [5, 7];
  static override args = { phase: Args.integer({ required: true, description: '0 to 8' }) };

  async run(): Promise<PhaseDetails> {
    const { args, context } = await this.open(PhaseShow);
    const phase = showPhase(args.phase, await stateDirIfAny(context));
    context.output.print(
      `${phase.id}  ${phase.title} · ${phase.status} · ${phase.duration}\n${ticketTable(phase.rows)}`,
    );
    return phase;
  }
}
