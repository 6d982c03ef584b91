import { Flags } from '@oclif/core';
import {
  type Ended,
  type KilledRehearsal,
  killAtVariable,
  killedRehearsal,
} from '../src/actions/rehearsal/killed-rehearsal.js';
import { type Rehearsed, rehearse } from '../src/actions/rehearsal/rehearse.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { runExitCodes } from '../src/cli/command/run-flags.js';
import { runAgain } from '../src/cli/context/run-again.js';
import { isUnattendedLab } from '../src/cli/prompts/confirm-walk.js';
import { rehearsalEnding } from '../src/cli/text/endings.js';
import { counted } from '../src/support/counted.js';
import { type KillAt, parseKillAt } from '../src/verification/rehearsal/kill-at.js';

export default class Rehearse extends CatalystCommand<Rehearsed | KilledRehearsal> {
  static override summary = 'build, prove and wipe a throwaway Sovereign of the same spec (D20, W3)';
  static override description =
    'Builds a Sovereign of the same spec under another name, records its state, wipes it with its buckets and its delegation, and proves that nothing is left. verify dod needs the signed evidence for D20. To continue an interrupted rehearsal, run the same command again.';
  static override examples = [
    '<%= config.bin %> rehearse --lab default --yes',
    '<%= config.bin %> rehearse --name test --confirm test.omani.works',
    '<%= config.bin %> rehearse --lab default --kill-at random',
  ];
  static override exitCodes = runExitCodes;
  static override flags = {
    name: Flags.string({
      default: 'test',
      description: "first label of the throwaway's name, below the same parent zone",
    }),
    until: Flags.integer({
      min: 0,
      max: 6,
      default: 6,
      description: 'wipe after this phase; D20 requires all phases 0 to 6',
    }),
    'kill-at': Flags.custom<KillAt>({ parse: async (text) => parseKillAt(text) })({
      helpValue: 'every|random|N',
      description:
        'in a lab: kill the run at every journal entry, at random ones, or at every N-th, and resume it each time',
    }),
    confirm: Flags.string({
      helpValue: 'FQDN',
      description: 'the FQDN of the throwaway, instead of typing it at the prompt; --yes is not enough',
    }),
  };

  async run(): Promise<Rehearsed | KilledRehearsal> {
    const { flags, context } = await this.open(Rehearse);
    const { name, until, confirm, 'kill-at': killAt } = flags;
    if (killAt !== undefined && !context.options.dryRun) {
      const words = ['rehearse', '--name', name, '--until', String(until)];
      const killed = await killedRehearsal(context, { name, killAt }, async (at) => {
        const env = { [killAtVariable]: String(at) };
        const { redactor, signal } = context;
        const document = await runAgain<Exclude<Ended, string>['document']>({
          words,
          argv: this.argv,
          env,
          redactor,
          signal,
        });
        return document === 'killed' ? document : { document };
      });
      const { about, report } = rehearsalEnding(killed);
      context.output.print(`✔ ${about}; killed ${counted(killed.kills, 'time')} on the way\n  report  ${report}`);
      return killed;
    }
    const result = await rehearse(context, { name, until, confirm, unattended: await isUnattendedLab(context) });
    context.ending(rehearsalEnding(result));
    return result;
  }
}
