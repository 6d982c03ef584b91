import { Flags } from '@oclif/core';
import { listCredentials } from '../../src/actions/credentials/store.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import type { Block } from '../../src/cli/text/page.js';
import { command } from '../../src/support/commands/command.js';

type Result = Awaited<ReturnType<typeof listCredentials>>;

export default class CredentialsList extends CatalystCommand<Result> {
  static override summary = 'which credentials are captured, and where each comes from; values are masked';
  static override examples = ['<%= config.bin %> credentials list'];
  static override exitCodes = [4, 5];
  static override flags = { generated: Flags.boolean({ description: 'also those that catalyst has generated' }) };

  async run(): Promise<Result> {
    const { flags, context } = await this.open(CredentialsList);
    const result = await listCredentials(await context.credentials(), await context.labCredentials());
    context.output.page(credentialsPage(result, flags.generated));
    if (result.missing.length > 0) context.output.note(`missing: ${result.missing.join(', ')}`);
    return result;
  }
}

/** Those that a person gives first; what catalyst has generated is counted, unless it is asked for. */
export function credentialsPage({ credentials }: Pick<Result, 'credentials'>, generated: boolean): Block[] {
  const isGenerated = ({ name }: { name: string }) => name.startsWith('generated/');
  const given = credentials.filter((one) => !isGenerated(one));
  const made = credentials.filter(isGenerated);
  const rows = [...given, ...(generated ? made : [])].map(({ name, source, value, variable }) => [
    ...[name, source, value],
    variable ?? '',
  ]);
  const folded = `and ${made.length} that catalyst has generated: ${command('credentials list', { generated: true })}`;
  return [
    { table: { head: ['CREDENTIAL', 'FROM', 'VALUE', 'VARIABLE'], rows } },
    ...(made.length > 0 && !generated ? [folded] : []),
  ];
}
