import { Args, Flags } from '@oclif/core';
import { type ShownCredential, showCredential } from '../../src/actions/credentials/show.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { labAddresses, logins } from '../../src/sovereign/logins.js';
import { command } from '../../src/support/commands/command.js';

export default class CredentialsShow extends CatalystCommand<ShownCredential | { logins: ShownCredential[] }> {
  static override summary = 'where people sign in, and as whom; passwords only with --reveal';
  static override description =
    'Without NAME: every login of the Sovereign. A value is written to a terminal only, never to a file, a pipe or --json.';
  static override examples = [
    '<%= config.bin %> credentials show',
    '<%= config.bin %> credentials show sovereign-admin --reveal',
  ];
  static override exitCodes = [4, 5];
  static override args = { name: Args.string({ description: 'a login, or a captured credential' }) };
  static override flags = { reveal: Flags.boolean({ description: 'show the value, on a terminal' }) };

  async run(): Promise<ShownCredential | { logins: ShownCredential[] }> {
    const { args, flags, context } = await this.open(CredentialsShow);
    const { fqdn } = (await context.spec()).sovereign.spec;
    if (args.name === undefined) {
      const all = logins(fqdn);
      const rows = all.map(({ name, address, username, note }) => [name, address, username, note]);
      context.output.page([{ table: { head: ['LOGIN', 'ADDRESS', 'AS', 'USE'], rows } }]);
      if (context.options.lab !== undefined) context.output.note(labAddresses);
      context.output.note(`a password, here the first: ${command('credentials show', all[0]!.name, { reveal: true })}`);
      return { logins: all.map(({ name, credential: _, ...login }) => ({ name, from: 'not looked up', login })) };
    }
    const store = await context.credentials();
    const { result, secret } = await showCredential({ fqdn, store, world: context.world }, args.name);
    const { login } = result;
    if (login) context.output.print(`${login.address} as ${login.username}: ${login.note}`);
    if (flags.reveal) context.output.reveal(secret);
    else context.output.print(`${result.name} ${'•'.repeat(6)} (from ${result.from}); --reveal shows it`);
    return result;
  }
}
