import { requireClean, scanText, verifyUmbilical } from '../../src/actions/verify/scans.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import type { ScanResult } from '../../src/scans/scan.js';

export default class VerifyUmbilicalCommand extends CatalystCommand<ScanResult> {
  static override summary = 'every reference from the Sovereign to the mother';
  static override description = 'Read-only. A place that cannot be read counts as a failure, never as empty.';
  static override examples = ['<%= config.bin %> verify umbilical'];
  static override exitCodes = [3, 4, 5, 7, 9];

  async run(): Promise<ScanResult> {
    const { context } = await this.open(VerifyUmbilicalCommand);
    const scan = await verifyUmbilical(context);
    context.output.print(scanText(scan, context.options));
    requireClean(scan, 'The Sovereign still refers to the mother');
    return scan;
  }
}
