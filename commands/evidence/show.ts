import { Args, Flags } from '@oclif/core';
import { evidenceHistory, type History } from '../../src/actions/evidence/history.js';
import { type EvidenceShown, showEvidence } from '../../src/actions/evidence/show.js';
import { changesBetween } from '../../src/actions/evidence/verify.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { itemLook, sinceBlocks } from '../../src/cli/text/endings.js';
import { historyBlocks } from '../../src/cli/text/evidence/rounds.js';
import { claimText } from '../../src/evidence/pinned-key.js';
import { command } from '../../src/support/commands/command.js';
import { fail } from '../../src/support/errors/errors.js';
import type { ChangesSince } from '../../src/verification/dod/since.js';

/** With --since: what differs from that verdict. */
type Shown = EvidenceShown & { since?: ChangesSince };

export default class EvidenceShow extends CatalystCommand<Shown | History> {
  static override summary = 'the verdict and contents of the newest evidence bundle, or of FILE';
  static override examples = [
    '<%= config.bin %> evidence show',
    '<%= config.bin %> evidence show --history',
    '<%= config.bin %> evidence show new.tar --since old.tar',
  ];
  static override exitCodes = [3];
  static override args = { file: Args.string({ description: 'a bundle; default: the newest of this Sovereign' }) };

  static override flags = {
    history: Flags.boolean({
      description:
        'list all verdicts and rounds of this Sovereign in order, each with the changes since the one before',
    }),
    since: Flags.string({
      helpValue: 'BUNDLE',
      exclusive: ['history'],
      description: 'compare with that earlier verdict; both must be valid',
    }),
  };

  async run(): Promise<Shown | History> {
    const { args, flags, context } = await this.open(EvidenceShow);
    if (flags.history) {
      if (args.file !== undefined)
        throw fail('E1001', '--history lists all evidence of a Sovereign, so it takes no FILE.', {
          actions: [command('evidence show', { history: true })],
        });
      return evidenceHistory(context, (history) => context.output.page(historyBlocks(history)));
    }
    const found = await showEvidence(context, args.file);
    const since = flags.since === undefined ? undefined : await changesBetween(context, flags.since, found.bundle);
    const shown: Shown = since ? { ...found, since } : found;
    const rows = shown.items.map(({ id, status, reason }) => [id, itemLook(status), reason]);
    const paths = (['bundle', 'report', 'key'] as const).map(
      (name) => [name, { text: shown[name], keep: true }] as const,
    );
    context.output.page([
      { text: `${shown.verdict}  ${claimText(shown)}  ${shown.at}`, tone: 'strong' },
      {
        text: shown.checked.valid ? shown.checked.why : `NOT VERIFIED: ${shown.checked.why}`,
        tone: shown.checked.valid ? 'good' : 'bad',
      },
      { table: { head: ['ITEM', 'RESULT', 'REASON'], rows, cut: true } },
      '',
      { facts: paths },
      ...(since ? ['', ...sinceBlocks(since)] : []),
    ]);
    return shown;
  }
}
