import { Flags } from '@oclif/core';
import { type Unlocked, unlock, unlockText } from '../src/actions/unlock.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';

export default class Unlock extends CatalystCommand<Unlocked> {
  static override summary =
    'show which run holds the lock of a Sovereign, and take the lock over once you type the FQDN';
  static override description =
    'For a run on another machine or in a container that ended without releasing the lock. Never takes over the lock of a live run.';
  static override examples = [
    '<%= config.bin %> unlock',
    '<%= config.bin %> unlock --dry-run',
    '<%= config.bin %> unlock --confirm omantel.omani.works',
  ];
  static override exitCodes = [4, 5, 7, 9];
  static override flags = {
    confirm: Flags.string({ helpValue: 'FQDN', description: 'the FQDN of the Sovereign; --yes is not enough' }),
  };

  async run(): Promise<Unlocked> {
    const { flags, context } = await this.open(Unlock);
    const result = await unlock(context, flags.confirm, (found) => context.output.print(unlockText(found)));
    if (result.takenOver) context.output.print('The lock was taken over. Continue with: catalyst resume');
    return result;
  }
}
