import { Args, Flags } from '@oclif/core';
import { type Rotated, rotatedText, rotateKeys } from '../../src/actions/credentials/rotate.js';
import { openSession } from '../../src/actions/session/session.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { readKeyPair } from '../../src/cli/context/credentials/read-key-pair.js';

export default class CredentialsRotate extends CatalystCommand<Rotated> {
  static override summary =
    'replace the Object Storage keys everywhere: prove the new ones, write them to every Secret, restart what uses them';
  static override description =
    'Create the keys in the Hetzner Console and enter them at hidden prompts, through a pipe or from a file, never on the command line. If you run it again without keys, it continues an interrupted rotation and tests whether Object Storage now refuses the old keys.';
  static override examples = [
    '<%= config.bin %> credentials rotate object-storage',
    '<%= config.bin %> credentials rotate object-storage --from-file keys.txt',
    '<%= config.bin %> credentials rotate object-storage --resume',
  ];
  static override exitCodes = [4, 5, 7, 8, 9];
  static override args = {
    name: Args.string({ required: true, options: ['object-storage'], description: 'what to rotate' }),
  };
  static override flags = {
    'from-file': Flags.string({
      helpValue: 'FILE',
      description: 'two lines, access key and secret key; - reads stdin',
      exclusive: ['resume'],
    }),
    resume: Flags.boolean({ description: 'continue a rotation that was started, without entering new keys' }),
  };

  async run(): Promise<Rotated> {
    const { flags, context } = await this.open(CredentialsRotate);
    const given = flags.resume
      ? undefined
      : await readKeyPair({
          file: flags['from-file'],
          prompter: context.prompter,
          stdin: process.stdin,
          signal: context.signal,
          redactor: context.redactor,
        });
    const result = await rotateKeys(await openSession(context), await context.credentials(), given);
    for (const warning of result.warnings) context.output.warn(warning);
    context.output.print(rotatedText(result));
    return result;
  }
}
