import { Args } from '@oclif/core';
import { requireCredentialName } from '../../src/actions/credentials/store.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

interface Result {
  name: string;
  forgotten: boolean;
}

export default class CredentialsForget extends CatalystCommand<Result> {
  static override summary = 'remove a captured credential from the store';
  static override examples = ['<%= config.bin %> credentials forget hcloud-token'];
  static override exitCodes = [4, 5, 7, 8, 9];
  static override args = { name: Args.string({ required: true, description: 'name as in credentials list' }) };

  async run(): Promise<Result> {
    const { args, context } = await this.open(CredentialsForget);
    const name = requireCredentialName(args.name);
    const store = await context.credentials();
    const stored = (await store.list()).some((row) => row.name === name && row.source === 'store');
    if (stored && !context.options.dryRun) {
      await context.journal();
      await store.forget(name);
    }
    const forgotten = stored && !context.options.dryRun;
    context.output.print(
      forgotten ? `${name} forgotten` : stored ? `${name} would be forgotten` : `${name} is not stored`,
    );
    return { name, forgotten };
  }
}
