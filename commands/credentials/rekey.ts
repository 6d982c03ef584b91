import { Flags } from '@oclif/core';
import { type Rekeyed, rekeyCredentials } from '../../src/actions/credentials/rekey.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { readNewPassphrase } from '../../src/cli/context/credentials/read-passphrase.js';
import type { SealedFor } from '../../src/sovereign/credentials/secret-file.js';
import { command } from '../../src/support/commands/command.js';
import { fail } from '../../src/support/errors/errors.js';

export default class CredentialsRekey extends CatalystCommand<Rekeyed> {
  static override summary = "re-encrypt the credential store, with a passphrase or with this machine's identity file";
  static override description =
    'Decrypts the store with the current key (CATALYST_PASSPHRASE or the identity file) and re-encrypts it as --to specifies.';
  static override examples = [
    '<%= config.bin %> credentials rekey --to passphrase',
    '<%= config.bin %> credentials rekey --to identity',
    '<%= config.bin %> credentials rekey --to passphrase --passphrase-file new.txt',
  ];
  static override exitCodes = [4, 5, 7, 8, 9];
  static override flags = {
    to: Flags.string({ options: ['identity', 'passphrase'], description: 'what decrypts the store from now on' }),
    'passphrase-file': Flags.string({
      helpValue: 'FILE',
      description: 'read the new passphrase from a file; - reads stdin',
    }),
  };

  async run(): Promise<Rekeyed> {
    const { flags, context } = await this.open(CredentialsRekey);
    const { prompter, signal } = context;
    const file = flags['passphrase-file'];
    if (flags.to === undefined && file === undefined && !prompter.available) {
      throw fail('E1002', 'Choose how to encrypt the store: there is no terminal to prompt on.', {
        actions: [command('credentials rekey', { to: 'identity' }), command('credentials rekey', { to: 'passphrase' })],
        data: { flag: '--to' },
      });
    }
    const to =
      flags.to ??
      (file === undefined
        ? await prompter.choose({
            message: 'What decrypts the store from now on?',
            choices: [
              { value: 'identity', name: 'the identity file of this machine' },
              { value: 'passphrase', name: 'a passphrase (CATALYST_PASSPHRASE)' },
            ],
          })
        : 'passphrase');
    const sealed: SealedFor =
      to === 'identity'
        ? 'identity'
        : { passphrase: await readNewPassphrase({ file, prompter, stdin: process.stdin, signal }) };
    if (sealed !== 'identity') context.redactor.register(sealed.passphrase);
    const result = await rekeyCredentials(context, await context.credentials(), sealed);
    const verb = result.done ? 'is' : 'would be';
    context.output.print(`secrets.age (${result.secrets} secrets) ${verb} encrypted for the ${result.sealedFor}`);
    return result;
  }
}
