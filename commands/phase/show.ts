import { Args } from '@oclif/core';
import { type PhaseDetails, showPhase } from '../../src/actions/phase/show.js';
import { stateDirIfAny } from '../../src/actions/session/state-if-any.js';
import { personDays } from '../../src/actions/ticket/list.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { ticketTable, wbsAloneHead } from '../../src/cli/text/ticket-table.js';
import { formatDuration } from '../../src/support/durations.js';

export default class PhaseShow extends CatalystCommand<PhaseDetails> {
  static override summary = 'one phase with its tickets and steps';
  static override examples = ['<%= config.bin %> phase show 3'];
  static override exitCodes = [5, 7];
  static override args = { phase: Args.integer({ required: true, min: 0, max: 8, description: '0 to 8' }) };

  async run(): Promise<PhaseDetails> {
    const { args, context } = await this.open(PhaseShow);
    const stateDir = await stateDirIfAny(context);
    const phase = showPhase(args.phase, stateDir);
    const planned = stateDir === undefined;
    const took = phase.tookMs === undefined ? '' : ` · took ${formatDuration(phase.tookMs)}`;
    const status = planned ? '' : ` · ${phase.status}${took}`;
    context.output.page([
      ...(planned ? wbsAloneHead : []),
      {
        text: `${phase.id}  ${phase.title}${status} · estimated work ${personDays(phase.duration)} (WBS §6)`,
        tone: 'strong',
      },
      ticketTable(phase.rows, { planned }),
    ]);
    return phase;
  }
}
