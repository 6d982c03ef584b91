import { listCredentials } from '../../src/actions/credentials/store.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

type Result = Awaited<ReturnType<typeof listCredentials>>;

export default class CredentialsList extends CatalystCommand<Result> {
  static override summary = 'which credentials are captured, and where each comes from; values are masked';
  static override examples = ['<%= config.bin %> credentials list'];
  static override exitCodes = [4, 5];

  async run(): Promise<Result> {
    const { context } = await this.open(CredentialsList);
    const result = await listCredentials(await context.credentials(), await context.labCredentials());
    const rows = result.credentials.map(({ name, source, value, variable }) => [name, source, value, variable ?? '']);
    context.output.page([{ table: { head: ['CREDENTIAL', 'FROM', 'VALUE', 'VARIABLE'], rows } }]);
    if (result.missing.length > 0) context.output.note(`missing: ${result.missing.join(', ')}`);
    return result;
  }
}
