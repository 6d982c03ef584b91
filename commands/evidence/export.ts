import { Flags } from '@oclif/core';
import { exportEvidence } from '../../src/actions/evidence/show.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class EvidenceExport extends CatalystCommand<{ files: string[] }> {
  static override summary = 'copy the newest bundle, its HTML report and the public key into a folder';
  static override examples = ['<%= config.bin %> evidence export --out evidence'];
  static override exitCodes = [3, 5];
  static override flags = {
    out: Flags.string({ required: true, helpValue: 'DIR', description: 'destination folder' }),
  };

  async run(): Promise<{ files: string[] }> {
    const { flags, context } = await this.open(EvidenceExport);
    const result = await exportEvidence(context, flags.out);
    context.output.print(result.files.join('\n'));
    return result;
  }
}
