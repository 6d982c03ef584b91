import { Flags } from '@oclif/core';
import { type DodResult, verifyDodAlone } from '../../src/actions/verify/dod.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { duration } from '../../src/cli/command/flags.js';
import { isUnattendedLab } from '../../src/cli/prompts/confirm-walk.js';
import { dodEnding, dodTable, sinceBlocks } from '../../src/cli/text/endings.js';

const list = (text: string | undefined) =>
  text
    ?.split(',')
    .map((one) => one.trim())
    .filter(Boolean);

export default class VerifyDod extends CatalystCommand<DodResult> {
  static override summary = 'the Definition of Done: D1–D23 and W1–W13, with the kill of catalyst-api';
  static override description =
    'Stops catalyst-api on the mother for a while and cuts the Sovereign off from the mother, unless --only or --skip excludes D17 and D22; both require confirmation by name. --black-start also powers off all servers at once and on again (D23), after a confirmation of its own; an emulated lab always does it. Verdicts: PASS (exit 0), FAIL or PARTIAL (3), INVALID (10). A check that could not run never passes.';
  static override examples = [
    '<%= config.bin %> verify dod',
    '<%= config.bin %> verify dod --only D4,D5',
    '<%= config.bin %> verify dod --window 5m',
  ];
  static override exitCodes = [3, 4, 5, 7, 8, 9, 10];
  static override flags = {
    only: Flags.string({ helpValue: 'D1,D2', description: 'only these items; the verdict is then PARTIAL' }),
    skip: Flags.string({ helpValue: 'D17', description: 'without these items; the verdict is then PARTIAL' }),
    window: duration({
      description:
        'how long catalyst-api stays down, from the moment the canary is red (5m; in a lab 20s, and from 5m on D22 takes its 10m there too)',
    }),
    'max-outage': duration({
      helpValue: '0s',
      description: 'the longest outage of a probe in that window that still passes; the verdict states it (0s)',
    }),
    'black-hole': Flags.boolean({
      default: true,
      allowNo: true,
      description: 'once the Sovereign is handed over, cut it off from the mother while catalyst-api is stopped',
    }),
    confirm: Flags.string({
      helpValue: 'FQDN',
      description: 'the FQDN of the Sovereign, required when something is stopped or cut off; --yes is not enough',
    }),
    reprovision: Flags.string({
      helpValue: 'FILE',
      description: 'signed bundle of a wipe-and-re-provision run, for D20; default: that of the newest rehearsal',
    }),
    spend: Flags.boolean({
      description:
        'also run the check that costs money (D13): add a server with a NodePool claim, and remove it; a lab always runs it',
    }),
    'black-start': Flags.boolean({
      description:
        'also power off all servers at once and on again, with egress denied (D23): the Sovereign is down until it has started; an emulated lab always does it',
    }),
    'max-rehearsal-age': duration({ helpValue: '30d', description: 'how old that evidence may be (30d)' }),
    since: Flags.string({ helpValue: 'BUNDLE', description: 'report what has changed since that verdict' }),
  };

  async run(): Promise<DodResult> {
    const { flags, context } = await this.open(VerifyDod);
    const options = {
      only: list(flags.only),
      skip: list(flags.skip),
      windowMs: flags.window,
      maxOutageMs: flags['max-outage'],
      blackHole: flags['black-hole'],
      reprovision: flags.reprovision,
      maxRehearsalAgeMs: flags['max-rehearsal-age'],
      spend: flags.spend,
      blackStart: flags['black-start'],
      confirm: flags.confirm,
      since: flags.since,
      unattended: await isUnattendedLab(context),
    };
    return verifyDodAlone(context, options, (result) => {
      // On a terminal the summary must stay in sight.
      if (!process.stdout.isTTY || result.items.length <= 12) context.output.page([dodTable(result)]);
      if (result.since) context.output.page(sinceBlocks(result.since));
      context.ending(dodEnding(result));
    });
  }
}
