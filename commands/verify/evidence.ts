import { Args, Flags } from '@oclif/core';
import { type EvidenceCheck, verifyEvidence } from '../../src/actions/evidence/verify.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { claimText } from '../../src/evidence/pinned-key.js';

export default class VerifyEvidence extends CatalystCommand<EvidenceCheck> {
  static override summary =
    'check an evidence bundle offline: signature, hashes, journal, and every item again from its raw data';
  static override description =
    'Uses the key that --key names, else the key of that Sovereign on this machine, else one that was pinned with --pin. A key that is merely in the same folder as the bundle is never used.';
  static override examples = [
    '<%= config.bin %> verify evidence dod.tar',
    '<%= config.bin %> verify evidence dod.tar --key evidence.pub --pin',
  ];
  static override exitCodes = [3];
  static override args = { file: Args.string({ required: true, description: 'the bundle (tar)' }) };
  static override flags = {
    key: Flags.string({
      helpValue: 'FILE',
      description: 'public key (PEM) of the Sovereign that signed it; default: the one that this machine knows',
    }),
    pin: Flags.boolean({ description: 'if the bundle is valid, keep the key that --key names for that Sovereign' }),
  };

  async run(): Promise<EvidenceCheck> {
    const { args, flags, context } = await this.open(VerifyEvidence);
    const check = await verifyEvidence(context, args.file, { keyFile: flags.key, pin: flags.pin });
    const { keyId, origin } = check.key;
    context.output.print([`key ${keyId}: ${origin}`, ...check.checks, verdictLine(check)].join('\n'));
    return check;
  }
}

function verdictLine({ verdict, at, notCompared, rehearsal, ...whose }: EvidenceCheck): string {
  const of = rehearsal && `a rehearsal to phase ${rehearsal.until}, not a verdict on a Sovereign that runs`;
  const notes = [of, notCompared].filter((note) => note !== undefined).map((note) => `  (${note})`);
  return `${verdict}  ${claimText(whose)}  ${at}${notes.join('')}`;
}
