import { Args } from '@oclif/core';
import { type CredentialsVerifyResult, verifyCredentials } from '../../src/actions/credentials/verify.js';
import { openSession } from '../../src/actions/session/session.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class CredentialsVerify extends CatalystCommand<CredentialsVerifyResult> {
  static override summary = 'prove captured credentials with real calls';
  static override description =
    'Makes read calls. Where only a write proves write access, it creates and deletes a small probe object; --dry-run only reads.';
  static override examples = [
    '<%= config.bin %> credentials verify',
    '<%= config.bin %> credentials verify object-storage',
  ];
  static override exitCodes = [4, 5, 7, 9];
  static override args = {
    name: Args.string({ description: 'a credential, or hetzner, object-storage, mother, parent-zone, registry' }),
  };

  async run(): Promise<CredentialsVerifyResult> {
    const { args, context } = await this.open(CredentialsVerify);
    const result = await verifyCredentials(await openSession(context), args.name);
    context.output.print(result.checks.map(({ title, reason }) => `✔ ${title}: ${reason}`).join('\n'));
    for (const sentence of result.mutations ?? []) context.output.note(`would: ${sentence}`);
    return result;
  }
}
