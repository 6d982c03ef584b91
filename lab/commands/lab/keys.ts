import { Flags } from '@oclif/core';
import { CatalystCommand } from 'catalyst/cli/command/base-command.js';
import { type KeysResult, keysText, labKeys } from '../../src/requests/key-request.js';

export default class LabKeys extends CatalystCommand<KeysResult> {
  static override summary = "keys of the lab's Object Storage: list, make, revoke";
  static override description =
    'Does for the lab what the Hetzner Console does. Prints a new pair as two lines, access key and secret key, and never shows it again. The lab refuses revoked keys from the next call on.';
  static override examples = [
    '<%= config.bin %> lab keys',
    '<%= config.bin %> lab keys --make | <%= config.bin %> credentials rotate object-storage --lab default --from-file -',
    '<%= config.bin %> lab keys --revoke LAB0123456789ABCDEF01',
  ];
  static override flags = {
    make: Flags.boolean({ description: 'create another pair', exclusive: ['revoke'] }),
    'read-only': Flags.boolean({
      description: 'create a pair that can list and read, but not write',
      dependsOn: ['make'],
    }),
    stranger: Flags.boolean({ description: 'create a pair of another project', dependsOn: ['make'] }),
    revoke: Flags.string({ helpValue: 'ACCESS_KEY', description: 'refuse this pair from now on' }),
  };
  static override exitCodes = [3];
  static override revealsSecrets = true;

  async run(): Promise<KeysResult> {
    const { flags, context } = await this.open(LabKeys);
    const owner = flags.stranger ? ('stranger' as const) : ('lab' as const);
    const result = await labKeys(context, flags.lab ?? 'default', {
      make: flags.make ? { owner, readOnly: flags['read-only'] } : undefined,
      revoke: flags.revoke,
    });
    context.output.print(keysText(result));
    return result;
  }
}
