import { type ProtectedResult, verifyProtected } from '../../src/actions/verify-scans.js';
import { CatalystCommand } from '../../src/cli/base-command.js';

export default class VerifyProtected extends CatalystCommand<ProtectedResult> {
  static override summary = 'the SME demos are as they were before the first change on the mother';
  static override examples = ['<%= config.bin %> verify protected'];
  static override exitCodes = [3, 5];

  async run(): Promise<ProtectedResult> {
    const { context } = await this.open(VerifyProtected);
    const result = await verifyProtected(context);
    context.output.print(`${result.objects} objects and ${result.pages.length} pages as they were at ${result.since}`);
    return result;
  }
}
