import { Args } from '@oclif/core';
import { type EvidenceShown, showEvidence } from '../../src/actions/evidence/show.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { oneLine } from '../../src/support/printable.js';

export default class EvidenceShow extends CatalystCommand<EvidenceShown> {
  static override summary = 'the verdict and contents of the newest evidence bundle, or of FILE';
  static override examples = ['<%= config.bin %> evidence show'];
  static override exitCodes = [3];
  static override args = { file: Args.string({ description: 'a bundle; default: the newest of this Sovereign' }) };

  async run(): Promise<EvidenceShown> {
    const { args, context } = await this.open(EvidenceShow);
    const shown = await showEvidence(context, args.file);
    const items = shown.items.map((item) => oneLine(`${item.id.padEnd(4)} ${item.status.padEnd(12)} ${item.reason}`));
    context.output.print(
      [
        oneLine(`${shown.verdict}  ${shown.fqdn}  ${shown.at}`),
        ...items,
        `bundle ${shown.bundle}`,
        `report ${shown.report}`,
        `key    ${shown.key}`,
      ].join('\n'),
    );
    return shown;
  }
}
