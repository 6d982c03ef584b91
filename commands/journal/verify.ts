import { Args, Flags } from '@oclif/core';
import { type JournalVerified, verifiedText, verifyJournal } from '../../src/actions/journal/verify.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class JournalVerify extends CatalystCommand<JournalVerified> {
  static override summary =
    'check a journal offline: the hash chain, the signed head, and which Sovereign and world it belongs to';
  static override examples = [
    '<%= config.bin %> journal verify',
    '<%= config.bin %> journal verify copy/journal.jsonl --key evidence.pub',
  ];
  static override exitCodes = [4, 5, 7];
  static override args = {
    file: Args.string({
      description: "a journal with its journal.head.json beside it; default: the Sovereign's journal",
    }),
  };
  static override flags = {
    key: Flags.string({
      helpValue: 'FILE',
      description: 'public key (PEM) of the Sovereign expected to have signed it',
    }),
  };

  async run(): Promise<JournalVerified> {
    const { args, flags, context } = await this.open(JournalVerify);
    const result = await verifyJournal(context, args.file, flags.key);
    context.output.print(verifiedText(result));
    return result;
  }
}
