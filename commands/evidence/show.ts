import { Args } from '@oclif/core';
import { type EvidenceShown, showEvidence } from '../../src/actions/evidence/show.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { itemLook } from '../../src/cli/text/endings.js';

export default class EvidenceShow extends CatalystCommand<EvidenceShown> {
  static override summary = 'the verdict and contents of the newest evidence bundle, or of FILE';
  static override examples = ['<%= config.bin %> evidence show'];
  static override exitCodes = [3];
  static override args = { file: Args.string({ description: 'a bundle; default: the newest of this Sovereign' }) };

  async run(): Promise<EvidenceShown> {
    const { args, context } = await this.open(EvidenceShow);
    const shown = await showEvidence(context, args.file);
    const rows = shown.items.map(({ id, status, reason }) => [id, itemLook(status), reason]);
    const paths = (['bundle', 'report', 'key'] as const).map(
      (name) => [name, { text: shown[name], keep: true }] as const,
    );
    context.output.page([
      { text: `${shown.verdict}  ${shown.fqdn}  ${shown.at}`, tone: 'strong' },
      {
        text: shown.checked.valid ? shown.checked.why : `NOT VERIFIED: ${shown.checked.why}`,
        tone: shown.checked.valid ? 'good' : 'bad',
      },
      { table: { head: ['ITEM', 'RESULT', 'REASON'], rows, cut: true } },
      '',
      { facts: paths },
    ]);
    return shown;
  }
}
