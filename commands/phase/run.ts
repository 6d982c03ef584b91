import { Args } from '@oclif/core';
import { runPhase } from '../../src/actions/phase/run.js';
import { confirmedRun } from '../../src/actions/session/confirmed-run.js';
import type { StepsRun } from '../../src/actions/session/run-steps.js';
import type { Session } from '../../src/actions/session/session.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { runExitCodes, runFlags } from '../../src/cli/command/run-flags.js';
import { phaseEnding } from '../../src/cli/text/endings.js';

export default class PhaseRun extends CatalystCommand<StepsRun> {
  static override summary = "run a phase's tickets, in parallel where the WBS allows";
  static override description = 'Refuses (exit 7) when a ticket that the phase needs is not proven, and names it.';
  static override examples = ['<%= config.bin %> phase run 3', '<%= config.bin %> phase run 3 --dry-run'];
  static override exitCodes = runExitCodes;
  static override args = { phase: Args.integer({ required: true, min: 0, max: 8, description: '0 to 8' }) };
  static override flags = runFlags;

  async run(): Promise<StepsRun> {
    const { args, flags, context } = await this.open(PhaseRun);
    const start = (session: Session) => runPhase(session, args.phase, flags);
    const result = await confirmedRun(context, start, flags);
    context.ending(phaseEnding(args.phase));
    return result;
  }
}
